//! The worked example of docs/scoring.md comes out as it says there.

use crate::support::on_both_engines;

/// The blocks of the page that begin so, without their fences.
fn blocks<'a>(page: &'a str, kind: &str) -> Vec<&'a str> {
    let begin = format!("```{kind}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_worked_example_comes_out_as_it_says() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scoring.md")).unwrap();
    on_both_engines(|world| {
        let file = world.file("leads.csv", blocks(&page, "csv")[0]);
        world.import(&file, &["--region", "US"]);
        world.file("rules.toml", blocks(&page, "toml")[0]);
        world.ok(["score", "model", "set", "rules.toml"]);
        world.ok(["score", "run"]);
        let told = world.ok(["score", "explain", "1"]);
        let example = blocks(&page, "text").into_iter().find(|block| block.contains("crmctl score explain")).unwrap();
        let (_, answer) = example.split_once('\n').unwrap();
        assert_eq!(told.trim_end(), answer.trim_end());
        let history = world.json(["score", "history", "1"]);
        let factors = blocks(&page, "json")[0];
        assert_eq!(history[0]["factors"], serde_json::from_str::<serde_json::Value>(factors).unwrap());
        // The built-in model is printed whole.
        let built_in = include_str!("../../src/domain/lead_work/scores/default.toml");
        assert!(
            blocks(&page, "toml").iter().any(|block| built_in.ends_with(block)),
            "the page has another built-in model"
        );
    });
}
