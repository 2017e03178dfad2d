use std::collections::BTreeMap;

use proptest::prelude::*;

use super::keys::{PublicKey, SigningKey};
use super::*;

fn key(seed: u8) -> SigningKey {
    SigningKey::of_secret(&[seed; 32])
}

fn file(name: &str, bytes: &[u8]) -> FileUsed {
    FileUsed { name: name.into(), sha256: hex(&hash_of(bytes)), bytes: bytes.len() as u64, rows: 1 }
}

fn certificate(sequence: i64, previous: Hash, signer: &SigningKey) -> Certificate {
    let certificate = Certificate {
        format: FORMAT.into(),
        organization: Organization { slug: "acme".into(), uid: "0198".into() },
        sequence,
        previous_hash: hex(&previous),
        made_at: "2026-11-27T09:00:00Z".into(),
        actor: "ann@desk".into(),
        rules: Rules {
            program: "crmctl".into(),
            program_version: "0.1.0".into(),
            phone_rules_version: 2,
            calling_hours: None,
            channel: Some(Channel::Calls),
            region: Some("US".into()),
            columns: vec!["Phone".into(), "Téléphone \"2\"".into()],
            other_columns: OtherColumns { not_checked: vec!["Fax".into()], ..OtherColumns::default() },
        },
        lists: vec![ListUsed {
            name: "internal".into(),
            version: None,
            as_of: Some("2026-11-27T09:00:00Z".into()),
            size: 3,
            digest: hex(&hash_of(b"")),
            ..ListUsed::default()
        }],
        input: file("leads.csv", b"in"),
        clean: file("clean.csv", b"clean"),
        blocked: file("blocked.csv", b"blocked"),
        counts: Counts { read: 3, clean: 1, blocked: 1, unknown: 1 },
        by_reason: BTreeMap::from([("internal".to_owned(), 1), ("unknown:no_number".to_owned(), 1)]),
        since: None,
        public_key: String::new(),
        signature: String::new(),
    };
    certificate.signed(signer)
}

fn outcomes(findings: &[Finding]) -> Vec<Outcome> {
    findings.iter().map(|finding| finding.outcome).collect()
}

fn chain(length: i64) -> Vec<Earlier> {
    let mut hash = NO_HASH;
    let mut all = Vec::new();
    for sequence in 1..=length {
        let bytes = rendered(&certificate(sequence, hash, &key(1))).into_bytes();
        hash = hash_of(&bytes);
        all.push(Earlier { name: format!("{sequence}.cert.json"), bytes });
    }
    all
}

#[test]
fn what_was_signed_is_good_and_by_another_key_told_apart() {
    let bytes = rendered(&certificate(1, NO_HASH, &key(1))).into_bytes();
    let found = read(&bytes).unwrap();
    let known = [key(1).public()];
    assert_eq!(found.finding(Subject::Certificate, "a", &known).outcome, Outcome::Good);
    assert_eq!(found.finding(Subject::Certificate, "a", &[key(2).public()]).outcome, Outcome::OtherKey);
    assert_eq!(found.certificate, certificate(1, NO_HASH, &key(1)));
    // Whoever signs anew what they changed has another key.
    let forged = rendered(&certificate(1, NO_HASH, &key(2))).into_bytes();
    assert_eq!(read(&forged).unwrap().finding(Subject::Certificate, "a", &known).outcome, Outcome::OtherKey);
}

#[test]
fn files_are_told_by_what_they_hold() {
    let certificate = certificate(1, NO_HASH, &key(1));
    let given = |name: &str, bytes: &[u8]| FileHash {
        shown: format!("x/{name}"),
        name: name.into(),
        sha256: hex(&hash_of(bytes)),
    };
    let files =
        [given("renamed.csv", b"in"), given("clean.csv", b"other"), given("blocked.csv", b"blocked"), given("x", b"")];
    let found = compare(&certificate, &files);
    assert_eq!(outcomes(&found), [Outcome::Good, Outcome::Changed, Outcome::Good, Outcome::Foreign]);
    let subjects: Vec<Subject> = found.iter().map(|finding| finding.subject).collect();
    assert_eq!(subjects, [Subject::Input, Subject::Clean, Subject::Blocked, Subject::File]);
}

#[test]
fn the_chain_goes_back_to_the_first() {
    let known = [key(1).public()];
    let all = chain(4);
    let last = read(&all[3].bytes).unwrap().certificate;
    assert_eq!(outcomes(&walk(&last, &all, &known)), [Outcome::Good; 3]);
    assert_eq!(outcomes(&walk(&last, &all[1..], &known)), [Outcome::Good, Outcome::Good, Outcome::Missing]);
    // Signed anew with the right key, the second is still not the one after which the third was signed.
    let mut changed = all.clone();
    let mut second = read(&all[1].bytes).unwrap().certificate;
    second.counts = Counts { read: 3, clean: 3, blocked: 0, unknown: 0 };
    changed[1].bytes = rendered(&second.signed(&key(1))).into_bytes();
    let found = walk(&last, &changed, &known);
    assert_eq!(outcomes(&found), [Outcome::Good, Outcome::Changed, Outcome::Good]);
    assert_eq!(found[1].name, "2.cert.json");
    let first = read(&all[0].bytes).unwrap().certificate;
    assert_eq!(walk(&first, &[], &known), []);
}

#[test]
fn keys_are_read_as_they_are_written() {
    let signer = key(7);
    let pem = signer.to_pem().unwrap();
    assert!(pem.as_ref().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert_eq!(SigningKey::of_pem(pem.as_ref()).unwrap().public(), signer.public());
    let public = signer.public().to_pem().unwrap();
    assert_eq!(PublicKey::of_pem(&public).unwrap(), signer.public());
    assert_eq!(PublicKey::of_hex(&signer.public().to_hex()), Some(signer.public()));
    assert!(!format!("{signer:?}").contains("07, 7"));
    assert!(SigningKey::of_pem(&public).is_err() && PublicKey::of_pem(pem.as_ref()).is_err());
}

/// Test 1 of RFC 8032, section 7.1.
#[test]
fn signatures_are_those_of_the_standard() {
    let secret = of_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
    let signer = SigningKey::of_secret(&secret);
    assert_eq!(signer.public().to_hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let signature = hex(&signer.sign(""));
    assert!(signature.starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"));
}

#[test]
fn what_is_signed_is_one_sorted_line() {
    let certificate = certificate(1, NO_HASH, &key(1));
    let value = serde_json::to_value(&certificate).unwrap();
    let text = signed_part(&value);
    assert!(text.starts_with(r#"{"actor":"ann@desk","blocked":{"bytes":7,"name":"blocked.csv""#), "{text}");
    assert!(text.contains(r#""columns":["Phone","Téléphone \"2\""]"#) && !text.contains("signature"));
}

proptest! {
    #[test]
    fn no_byte_of_a_certificate_changes_unseen(place in 0usize..1500, byte in any::<u8>()) {
        let good = rendered(&certificate(2, [9; 32], &key(1))).into_bytes();
        let mut bytes = good.clone();
        let place = place % bytes.len();
        bytes[place] = byte;
        let known = [key(1).public()];
        let is_good = read(&bytes).is_ok_and(|read| read.finding(Subject::Certificate, "a", &known).is_good());
        prop_assert_eq!(is_good, bytes == good);
    }
}
