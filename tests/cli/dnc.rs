//! `dnc`: which replies ask not to be contacted.

use serde_json::json;

use crate::assert_same_story;
use crate::support::{Engine, World};

#[test]
fn replies_are_classified() {
    assert_same_story!(|world| {
        world.tell(&["dnc", "detect", "STOP!!", "please stop calling me", "we must stop this bill", "see you then"]);
        world.tell(&["dnc", "detect", "Unsubscribe, thanks", "--format", "json"]);
        world.file("replies.txt", "Stop\r\n\nremove me from your list\n\u{1b}[2Jdo not call me again\n");
        world.tell(&["dnc", "detect", "--file", "replies.txt"]);
        world.tell(&["dnc", "detect", "Don't call me, text me instead", "no more texts, calls are fine", "Stip"]);
        world.tell(&["dnc", "detect", "Don't call me, text me instead", "--format", "csv"]);
        world.tell(&["dnc", "detect", "--file", "missing.txt"]);
        world.tell(&["dnc", "detect"]);
    });
}

#[test]
fn the_labelled_texts_come_out_of_a_file_as_labelled() {
    let world = World::new(Engine::Sqlite);
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dnc/opt-out-texts.tsv");
    let text = std::fs::read_to_string(fixture).unwrap();
    let labelled: Vec<(&str, &str)> =
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect();
    // A file has one text a line.
    let labelled: Vec<_> = labelled.into_iter().filter(|(_, text)| !text.contains("\\n")).collect();
    let replies: Vec<&str> = labelled.iter().map(|(_, text)| *text).collect();
    let file = world.file("replies.txt", replies.join("\n"));
    let found = world.json(["dnc", "detect", "--file", file.to_str().unwrap()]);
    let classes: Vec<_> = found.as_array().unwrap().iter().map(|line| line["class"].clone()).collect();
    assert_eq!(classes, labelled.iter().map(|(class, _)| json!(class)).collect::<Vec<_>>());
    world.finish();
}
