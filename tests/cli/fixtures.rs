//! The fixtures tell the stories that their README says.

use std::path::Path;

use crate::support::on_both_engines;

#[test]
fn the_counts_are_those_of_the_readme() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    on_both_engines(|world| {
        let mut told = 0;
        for line in readme.lines().filter(|line| line.starts_with("| `leads/")) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let file = folder.join(cells[0].trim_matches('`'));
            let rejects = world.path("rejects.csv");
            let summary = world.import(&file, &["--region", "US", "--rejects", rejects.to_str().unwrap()]);
            assert_eq!(
                (summary["created"].to_string().as_str(), summary["rejected"].to_string().as_str()),
                (cells[2], cells[3]),
                "{line}: {summary}"
            );
            told += 1;
        }
        assert_eq!(told, 4);
        let emi = world.json(["lead", "show", "emi@example.com"]);
        assert_eq!(emi["last_name"], "田中");
        let paul = world.json(["lead", "show", "+442079460132"]);
        assert_eq!(paul["custom_fields"]["Visited on"], "2026-02-10T14:30:00.000");
        assert_eq!(world.json(["lead", "show", "+12125550114"])["status"], "dnc");
    });
}
