//! The names of columns: the same for every form that programs read, in the same order.

use crate::migrate::VERBS;
use crate::support::Engine;
use crate::support::filled::filled;

/// The keys of the first object of a JSON array, in their order.
fn keys(json: &str) -> Option<Vec<String>> {
    struct Keys(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Keys, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Keys;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }
            from.deserialize_map(Visitor)
        }
    }
    let list: Vec<Keys> = serde_json::from_str(json).ok()?;
    list.into_iter().next().map(|first| first.0)
}

#[test]
fn csv_and_json_name_the_same_columns_in_the_same_order() {
    let world = filled(Engine::Sqlite);
    let as_admin = ["--org", "acme", "--as", "acme@example.com"];
    world.run(
        [&["dnc", "detect", "--number", "+12125550177", "dont call before nine", "--apply"], &as_admin[..]].concat(),
    );
    let mut lists = 0;
    let mut wrong = Vec::new();
    for verb in VERBS {
        let is_list = ["list", "search", "history", "timeline", "due", "duplicates", "balance", "stuck", "count"];
        if !verb.iter().any(|word| is_list.contains(word)) || verb.contains(&"add") {
            continue;
        }
        let answer = |form: &str| world.run([verb, &as_admin[..], &["--format", form]].concat()).stdout;
        let Some(keys) = keys(&answer("json")) else { continue };
        let csv = answer("csv");
        let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
        // Of leads that are alike, CSV has a line for each.
        if verb.contains(&"duplicates") {
            continue;
        }
        lists += 1;
        if header != keys {
            wrong.push(format!("{verb:?}\n  csv  {}\n  json {}", header.join(","), keys.join(",")));
        }
    }
    assert!(lists > 12, "{lists} lists");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    world.finish();
}
