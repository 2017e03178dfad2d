//! Names are compared by full case folding and NFC, on both engines, and those that meet are told.

use serde_json::Value;

use crate::support::{World, on_both_engines};

/// Leads with names in several spellings: German, Greek, decomposed Portuguese, a Turkish İ and ı, a ligature.
fn leads(world: &World) {
    let rows = "Phone,Source,Campaign,Tags,Company,Status,Created\n\
        +12125550101,Straße,Große Aktion,straße,Straßen AG,recruited,2026-03-02\n\
        +12125550102,STRASSE,GROSSE AKTION,STRASSE,STRASSEN AG,new,2026-03-02\n\
        +12125550103,ΟΔΟΣ,ΟΔΟΣ,ΟΔΟΣ,ΟΔΟΣ,new,2026-03-02\n\
        +12125550104,οδος,οδος,οδος,οδος,new,2026-03-02\n\
        +12125550105,Sa\u{303}o Paulo,Sa\u{303}o Paulo,Sa\u{303}o Paulo,Sa\u{303}o Paulo,new,2026-03-02\n\
        +12125550106,SÃO PAULO,São Paulo,são paulo,SÃO PAULO,new,2026-03-02\n\
        +12125550107,web,ısı,ﬁrst,İzmir,new,2026-03-02\n\
        +12125550108,web,isi,FIRST,i\u{307}zmir,new,2026-03-02\n";
    let summary = world.import(&world.file("leads.csv", rows), &[]);
    assert_eq!((&summary["created"], &summary["rejected"]), (&8.into(), &0.into()), "{summary}");
}

fn ids(world: &World, filter: &str) -> Vec<i64> {
    let found = world.json(["lead", "list", "--sort", "id", "--where", filter]);
    found
        .as_array()
        .unwrap_or_else(|| panic!("{filter}: {found}"))
        .iter()
        .map(|lead| lead["id"].as_i64().unwrap())
        .collect()
}

#[test]
fn filters_compare_names_in_any_case() {
    on_both_engines(|world| {
        leads(world);
        for (filter, found) in [
            ("source = strasse", &[1, 2][..]),
            ("source = 'STRAẞE'", &[1, 2]),
            ("source in (Straße, web)", &[1, 2, 7, 8]),
            ("source != strasse", &[3, 4, 5, 6, 7, 8]),
            ("source = 'οδοσ'", &[3, 4]),
            ("source = 'são paulo'", &[5, 6]),
            ("source contains 'strass'", &[1, 2]),
            ("campaign = 'grosse aktion'", &[1, 2]),
            ("campaign = 'οδος'", &[3, 4]),
            ("campaign in ('SÃO PAULO', 'ISI')", &[5, 6, 8]),
            ("campaign = 'ısı'", &[7]),
            ("campaign != 'isi' and source = web", &[7]),
            ("company = 'Straßen AG'", &[1, 2]),
            ("company = 'IZMIR'", &[]),
            ("company = 'İZMIR'", &[7, 8]),
            ("company starts with 'STRAẞ'", &[1, 2]),
            ("company contains 'SA\u{303}O'", &[5, 6]),
            ("tag = strasse", &[1, 2]),
            ("tag = 'ΟΔΟΣ'", &[3, 4]),
            ("tag any ('Sa\u{303}o Paulo', first)", &[5, 6, 7, 8]),
            ("not tag = strasse and source = strasse", &[]),
            ("tag != first and source = web", &[]),
        ] {
            assert_eq!(ids(world, filter), found, "{:?} {filter}", world.engine);
        }
        let listed = |args: &[&str]| world.json(["lead", "list"].iter().chain(args)).as_array().unwrap().len();
        assert_eq!((listed(&["--source", "strasse"]), listed(&["--tag", "STRAẞE"])), (2, 2));
    });
}

#[test]
fn a_tag_is_added_once_and_taken_in_any_case() {
    on_both_engines(|world| {
        leads(world);
        let tags = |id: &str| world.json(["lead", "show", id])["tags"].clone();
        world.ok(["lead", "tag", "1", "Strasse", "vip"]);
        assert_eq!(tags("1"), serde_json::json!(["straße", "vip"]));
        world.ok(["lead", "tag", "8", "ﬁrst", "FIRST"]);
        assert_eq!(tags("8"), serde_json::json!(["first"]));
        world.ok(["lead", "edit", "3", "--tag", "οδος"]);
        assert_eq!(tags("3").as_array().map(Vec::len), Some(1));
        world.ok(["lead", "untag", "1", "STRASSE"]);
        assert_eq!(tags("1"), serde_json::json!(["vip"]));
        world.ok(["lead", "untag", "5", "São Paulo"]);
        assert_eq!(tags("5"), serde_json::json!([]));
    });
}

/// The groups of a report with one of their figures.
fn groups(report: &Value, list: &str, name: &str, figure: &str) -> Vec<(Option<String>, u64)> {
    let mut groups: Vec<(Option<String>, u64)> = report[list]
        .as_array()
        .unwrap_or_else(|| panic!("{report}"))
        .iter()
        .map(|group| (group[name].as_str().map(str::to_owned), group[figure].as_u64().unwrap_or_default()))
        .collect();
    groups.sort();
    groups
}

fn told(report: &Value, one: &str, other: &str) -> usize {
    let notes = report["notes"].as_array().unwrap().iter().filter_map(Value::as_str);
    notes.filter(|note| note.contains(one) && note.contains(other)).count()
}

#[test]
fn reports_add_up_what_only_case_tells_apart() {
    on_both_engines(|world| {
        leads(world);
        let costs =
            "Source,Month,Cost,Currency\nStrasse,2026-03,100,USD\nΟΔΟΣ,2026-03,10,USD\nsão paulo,2026-03,1,USD\n";
        let costs = world.file("costs.csv", costs);
        world.ok(["import", "costs", costs.to_str().unwrap()]);
        let roi = world.json(["roi", "--month", "2026-03"]);
        let found = groups(&roi, "sources", "source", "leads");
        assert_eq!(found.iter().map(|(_, leads)| *leads).collect::<Vec<_>>(), [2, 2, 2, 2], "{roi}");
        let costs = groups(&roi, "sources", "source", "cost_cents");
        assert_eq!(costs.iter().map(|(_, cents)| *cents).sum::<u64>(), 11_100, "{roi}");
        assert_eq!(costs.iter().filter(|(_, cents)| *cents > 0).count(), 3, "{roi}");
        assert_eq!(told(&roi, "`strasse`", "`straße`"), 1, "{roi}");
        let people = world.ok(["roi", "--month", "2026-03"]);
        assert_eq!(people.matches("count as one").count(), 2, "{people}");

        for by in ["source", "tag", "campaign"] {
            for mode in ["cohort", "activity"] {
                let report = world.json(["funnel", "--month", "2026-03", "--by", by, "--mode", mode]);
                let figure = if mode == "cohort" { "cohort" } else { "entries" };
                let found = groups(&report, "groups", "group", figure);
                let expected: &[u64] = if by == "campaign" { &[1, 1, 2, 2, 2] } else { &[2, 2, 2, 2] };
                let mut sizes: Vec<u64> = found.iter().map(|(_, size)| *size).collect();
                sizes.sort_unstable();
                assert_eq!(sizes, expected, "{by} {mode} {report}");
                assert!(told(&report, "count as", "one") >= 2, "{by} {mode} {report}");
            }
        }
        // What meets no other is not told.
        let web = world.json(["funnel", "--month", "2026-03", "--by", "source", "--where", "source = web"]);
        assert_eq!(told(&web, "count as", "one"), 0, "{web}");
    });
}

#[test]
fn a_cost_is_found_in_any_case() {
    on_both_engines(|world| {
        world.ok(["roi", "cost", "add", "Straße", "2026-03", "100"]);
        for source in ["STRASSE", "strasse", "STRAẞE"] {
            let ran = world.run(["roi", "cost", "add", source, "2026-03", "50"]);
            assert_eq!(ran.code, Some(1), "{source}: {}{}", ran.stdout, ran.stderr);
        }
        let added = world.json(["roi", "cost", "add", "STRASSE", "2026-03", "50", "--add"]);
        assert_eq!((&added["source"], &added["cost_cents"]), (&"straße".into(), &15_000.into()));
        let file = world.file("costs.csv", "Source,Month,Cost\nSTRASSE,2026-03,25\n");
        world.ok(["import", "costs", file.to_str().unwrap(), "--add"]);
        let listed = world.json(["roi", "cost", "list", "--source", "strasse"]);
        assert_eq!((listed.as_array().map(Vec::len), &listed[0]["cost_cents"]), (Some(1), &17_500.into()), "{listed}");
    });
}

#[test]
fn marks_and_signs_of_sources() {
    on_both_engines(|world| {
        let rows = "Phone,Source,Created\n\
            +12125550101,ข่าว,2026-03-02\n+12125550102,ข้าว,2026-03-02\n+12125550103,தமிழ் நாடு,2026-03-02\n\
            +12125550104,हिन्दी,2026-03-02\n+12125550105,İzmir,2026-03-02\n+12125550106,I\u{307}ZMIR,2026-03-02\n\
            +12125550107,i zmir,2026-03-02\n";
        let summary = world.import(&world.file("leads.csv", rows), &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&7.into(), &0.into()), "{summary}");
        for (filter, found) in [
            ("source = 'ข่าว'", &[1][..]),
            ("source = 'ข้าว'", &[2]),
            ("source = 'தமிழ்-நாடு'", &[3]),
            ("source contains 'हिन्दी'", &[4]),
            ("source = 'i\u{307}zmir'", &[5, 6]),
            ("source = 'İZMİR'", &[]),
            ("source = 'İZMIR'", &[5, 6]),
            ("source = i_zmir", &[7]),
            ("source = izmir", &[]),
        ] {
            assert_eq!(ids(world, filter), found, "{:?} {filter}", world.engine);
        }
        for (source, cents) in [("ข่าว", "100"), ("ข้าว", "200"), ("İZMIR", "300"), ("i zmir", "400")]
        {
            world.ok(["roi", "cost", "add", source, "2026-03", cents]);
        }
        let roi = world.json(["roi", "--month", "2026-03"]);
        let mut figures = groups(&roi, "sources", "source", "cost_cents");
        figures.sort_by_key(|(_, cents)| *cents);
        let costs: Vec<u64> = figures.iter().map(|(_, cents)| *cents).collect();
        assert_eq!(costs, [0, 0, 10_000, 20_000, 30_000, 40_000], "{roi}");

        // Signs alone are no name, and are refused wherever one is given.
        for signs in ["★", "†", "🔥 🔥"] {
            for args in [
                &["lead", "add", "--phone", "2125550111", "--source", signs][..],
                &["lead", "edit", "1", "--source", signs],
                &["lead", "list", "--source", signs],
                &["roi", "cost", "add", signs, "2026-03", "5"],
                &["roi", "cost", "list", "--source", signs],
            ] {
                let ran = world.run(args);
                assert_eq!(ran.code, Some(2), "{args:?} {}", ran.stderr);
                assert!(ran.stderr.contains(&format!("`{signs}` names no source")), "{args:?} {}", ran.stderr);
                assert!(ran.stderr.contains("letters or digits"), "{args:?} {}", ran.stderr);
            }
            let file = world.file("signs.csv", format!("Phone,Source\n+12125550112,{signs}\n"));
            let summary = world.import(&file, &["--dry-run"]);
            assert_eq!((&summary["rejected"], &summary["problems"][0]["kind"]), (&1.into(), &"source_missing".into()));
            let summary = world.import(&file, &["--lenient", "--dry-run"]);
            assert_eq!((&summary["created"], &summary["dropped_values"]), (&1.into(), &1.into()), "{summary}");
            let file = world.file("costs.csv", format!("Source,Month,Cost\n{signs},2026-03,5\n"));
            assert_eq!(world.run(["import", "costs", file.to_str().unwrap()]).code, Some(3));
        }
    });
}
