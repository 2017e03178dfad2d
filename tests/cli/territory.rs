//! Territories: parts of the market, who works them, and which leads lie in them.

use serde_json::json;

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Five leads in three states.
fn people(world: &World) {
    let file = world.file(
        "p.csv",
        "Phone,State,Company,Score\n2125550101,CA,Contoso,80\n2125550102,CA,Fabrikam,10\n2125550103,OR,Fabrikam,50\n\
         2125550104,NY,Contoso,90\n2125550105,,Litware,20\n",
    );
    world.import(&file, &["--region", "US"]);
}

/// The West with California inside it, and key accounts before both.
fn market(world: &World) {
    world.ok(["territory", "add", "West", "--where", "state in (CA, OR, WA)"]);
    world.ok(["territory", "add", "California", "--where", "state = ca", "--parent", "West"]);
    world.ok(["territory", "add", "Key accounts", "--where", "company = contoso and score > 85", "--priority", "10"]);
}

#[test]
fn the_life_of_a_territory() {
    assert_same_story!(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(["user", "add", "bob@example.com", "--as", "ann@example.com", "--username", "bob"]);
        let mut tell = |args: &[&str]| drop(world.tell(&[args, &["--as", "ann@example.com"]].concat()));
        tell(&["territory", "list"]);
        tell(&["territory", "add", "West", "--where", "state in (CA, OR, WA)", "--description", "beyond the Rockies"]);
        tell(&["territory", "add", "California", "--where", "state = CA", "--parent", "west", "--dry-run"]);
        tell(&["territory", "add", "California", "--where", "state = CA", "--parent", "west"]);
        tell(&["territory", "add", "Bay  Area", "--where", "city = Oakland", "--parent", "California", "--disable"]);
        tell(&["territory", "add", "West", "--where", "state = NV"]);
        tell(&["territory", "add", "East"]);
        tell(&["territory", "add", "East", "--where", "sate = NY"]);
        tell(&["territory", "add", "East", "--where", "territory = West"]);
        tell(&["territory", "add", "East", "--where", "not territory_source = rule"]);
        tell(&["territory", "add", "East", "--where", "state = NY", "--parent", "Wets"]);
        tell(&["territory", "add", "East", "--where", "state = NY", "--priority", "-1"]);
        tell(&["territory", "add", "Key accounts", "--where", "company = Contoso", "--priority", "10"]);
        tell(&["territory", "member", "add", "West", "ann@example.com", "--role", "owner"]);
        tell(&["territory", "member", "add", "West", "bob"]);
        tell(&["territory", "member", "add", "West", "bob"]);
        tell(&["territory", "member", "add", "West", "bob", "--role", "owner", "--dry-run", "--show"]);
        tell(&["territory", "member", "add", "West", "eve@example.com"]);
        tell(&["territory", "list"]);
        tell(&["territory", "show", "West"]);
        tell(&["territory", "show", "West", "--format", "json"]);
        tell(&["territory", "show", "Wset"]);
        tell(&["territory", "edit", "West", "--parent", "Bay Area"]);
        tell(&["territory", "edit", "West", "--parent", "West"]);
        tell(&["territory", "edit", "Bay Area", "--no-parent", "--enable", "--priority", "5", "--if-version", "2"]);
        tell(&["territory", "edit", "Bay Area", "--no-parent", "--enable", "--priority", "5", "--if-version", "1"]);
        tell(&["territory", "edit", "Bay Area", "--name", "West"]);
        tell(&["territory", "edit", "Bay Area", "--name", "Bay", "--where", "city in (Oakland, Berkeley)"]);
        tell(&["territory", "edit", "West", "--clear", "description"]);
        tell(&["territory", "edit", "West"]);
        tell(&["territory", "delete", "West", "--yes"]);
        tell(&["territory", "edit", "California", "--no-parent"]);
        tell(&["territory", "delete", "West", "--yes", "--dry-run"]);
        tell(&["territory", "delete", "West", "--yes"]);
        tell(&["territory", "member", "list", "Bay"]);
        tell(&["territory", "member", "remove", "Bay", "bob"]);
        // The name is free again.
        tell(&["territory", "add", "West", "--where", "state = WA"]);
        tell(&["audit", "list", "--columns", "entity,what,action,change", "--limit", "0", "--entity", "territory"]);
        tell(&["audit", "list", "--columns", "entity,action,change", "--limit", "0", "--entity", "territory_member"]);
    });
}

#[test]
fn leads_are_put_where_they_belong() {
    assert_same_story!(|world| {
        people(world);
        let list = ["lead", "list", "--sort", "id", "--columns", "id,state,company,territory,territory_source"];
        world.tell(&["territory", "assign"]);
        market(world);
        world.tell(&["territory", "assign", "--dry-run"]);
        world.tell(&["territory", "assign"]);
        world.now = "2026-03-05T12:00:00Z";
        world.tell(&["territory", "assign", "--yes"]);
        world.tell(&["territory", "assign", "--yes"]);
        world.tell(&list);
        world.tell(&["lead", "count", "--by", "territory"]);
        world.tell(&["lead", "list", "--where", "territory in (california, WEST)", "--columns", "id,territory"]);
        world.tell(&["lead", "list", "--where", "territory is empty", "--columns", "id"]);
        world.tell(&["lead", "list", "--where", "territory = Wset"]);
        world.now = "2026-03-06T12:00:00Z";
        // A person knows better.
        world.tell(&["lead", "assign", "2", "--territory", "key accounts"]);
        world.tell(&["lead", "assign", "2", "--territory", "Key accounts"]);
        world.tell(&["lead", "assign", "--where", "state is empty", "--territory", "West", "--yes"]);
        world.tell(&["lead", "assign", "3", "--territory", "Nowhere"]);
        world.tell(&["lead", "assign", "3", "--territory", "West", "--to", "ann@example.com"]);
        world.tell(&["territory", "edit", "California", "--where", "state in (CA, OR)"]);
        world.tell(&["territory", "assign", "--dry-run", "--format", "json"]);
        world.tell(&["territory", "assign", "--only", "Key accounts", "--dry-run"]);
        world.tell(&["territory", "assign", "--only", "California", "--yes"]);
        world.tell(&list);
        world.tell(&["territory", "list"]);
        world.tell(&["lead", "history", "2", "--columns", "at,field,old,new"]);
        world.tell(&[
            "lead",
            "history",
            "2",
            "--as-of",
            "2026-03-05",
            "--columns",
            "territory,territory_source,version",
        ]);
        world.tell(&["lead", "assign", "2", "--no-territory"]);
        world.tell(&["territory", "assign", "--yes"]);
        world.tell(&["lead", "show", "2", "--columns", "territory,territory_source,version"]);
        world.tell(&["audit", "list", "--entity", "lead", "--id", "2", "--columns", "action,change", "--limit", "3"]);
    });
}

#[test]
fn the_leads_of_a_deleted_territory_go_where_it_is_said() {
    assert_same_story!(|world| {
        people(world);
        market(world);
        world.ok(["territory", "assign", "--yes"]);
        world.ok(["lead", "assign", "1", "--territory", "California"]);
        world.ok(["lead", "delete", "2", "--yes"]);
        world.tell(&["territory", "delete", "California", "--yes"]);
        world.tell(&["territory", "delete", "California", "--to", "California", "--yes"]);
        world.tell(&["territory", "delete", "California", "--to", "West", "--unassign", "--yes"]);
        world.tell(&["territory", "delete", "California", "--to", "West"]);
        world.tell(&["territory", "delete", "California", "--to", "West", "--yes", "--dry-run"]);
        world.tell(&["territory", "delete", "California", "--to", "West", "--yes"]);
        // How each came there stays, and a deleted lead moves with the others.
        world.tell(&["lead", "list", "--sort", "id", "--columns", "id,territory,territory_source"]);
        world.tell(&["lead", "list", "--deleted", "--columns", "id,territory,territory_source"]);
        world.tell(&["territory", "delete", "West", "--unassign", "--yes", "--format", "json"]);
        world.tell(&["lead", "list", "--sort", "id", "--columns", "id,territory,territory_source"]);
        world.tell(&["lead", "history", "1", "--columns", "field,old,new"]);
        world.tell(&["lead", "restore", "2"]);
        world.tell(&["lead", "list", "--where", "territory = California"]);
    });
}

#[test]
fn roles_say_who_changes_territories() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        for (user, role) in [("man", "manager"), ("rep", "sales_rep"), ("eve", "viewer")] {
            world.ok(["user", "add", &format!("{user}@example.com"), "--role", role, "--as", "ann@example.com"]);
        }
        world.ok(["lead", "add", "--phone", "+12125550101", "--as", "ann@example.com"]);
        let code =
            |user: &str, args: &[&str]| world.run([args, &["--as", &format!("{user}@example.com")]].concat()).code;
        assert_eq!(code("man", &["territory", "add", "North", "--where", "score > 1"]), Some(0));
        for user in ["rep", "eve"] {
            for args in [
                &["territory", "add", "South", "--where", "score > 1"][..],
                &["territory", "edit", "North", "--priority", "1"],
                &["territory", "delete", "North", "--yes"],
                &["territory", "assign", "--yes"],
                &["territory", "member", "add", "North", "rep@example.com"],
                &["territory", "member", "remove", "North", "rep@example.com"],
                &["lead", "assign", "--where", "id > 0", "--territory", "North", "--yes"],
            ] {
                let ran = world.run([args, &["--as", &format!("{user}@example.com")]].concat());
                assert_eq!(ran.code, Some(1), "{user} {args:?}");
                assert!(ran.stderr.contains("does not allow this"), "{user} {args:?}: {}", ran.stderr);
            }
            assert_eq!(code(user, &["territory", "list"]), Some(0));
            assert_eq!(code(user, &["territory", "member", "list", "North"]), Some(0));
        }
        // Of a single lead, a rep says where it lies.
        assert_eq!(code("rep", &["lead", "assign", "1", "--territory", "North"]), Some(0));
        let ran = world.run(["lead", "assign", "1", "--no-territory", "--as", "eve@example.com"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("does not allow this"), "{}", ran.stderr);
        assert_eq!(code("man", &["territory", "assign", "--yes"]), Some(0));
    });
}

/// A survivor keeps its territory, and takes over that of an absorbed lead when it has none; restoring takes that back.
#[test]
fn merging_keeps_a_territory() {
    on_both_engines(|world| {
        for number in 1..=3 {
            world.ok(["lead", "add", "--phone", &format!("+1212555010{number}")]);
        }
        world.ok(["territory", "add", "North", "--where", "score > 1"]);
        world.ok(["territory", "add", "South", "--where", "score > 2"]);
        world.ok(["lead", "assign", "2", "--territory", "North"]);
        world.ok(["lead", "assign", "3", "--territory", "South"]);
        let territory = |id: &str| {
            let lead = world.json(["lead", "show", id]);
            (lead["territory"].clone(), lead["territory_source"].clone())
        };
        world.ok(["lead", "merge", "1", "2", "--yes"]);
        assert_eq!(territory("1"), (json!("North"), json!("manual")));
        world.ok(["lead", "merge", "1", "3", "--yes"]);
        assert_eq!(territory("1"), (json!("North"), json!("manual")));
        world.ok(["lead", "restore", "3"]);
        world.ok(["lead", "restore", "2"]);
        assert_eq!(territory("1"), (json!(null), json!(null)));
        assert_eq!(territory("2"), (json!("North"), json!("manual")));
        // What was merged when its territory was deleted comes back without it.
        world.ok(["lead", "merge", "1", "2", "--yes"]);
        world.ok(["territory", "delete", "North", "--unassign", "--yes"]);
        world.ok(["lead", "restore", "2"]);
        assert_eq!(territory("1"), (json!(null), json!(null)));
        assert_eq!(territory("2"), (json!(null), json!(null)));
    });
}

/// An export in JSON says where a lead lies; read back it changes nothing, for rules and people say so, and no file.
#[test]
fn an_export_with_territories_is_read_back() {
    on_both_engines(|world| {
        people(world);
        market(world);
        world.ok(["territory", "assign", "--yes"]);
        world.ok(["lead", "export", "--output", "all.json"]);
        world.ok(["lead", "export", "--output", "all.csv"]);
        let before = world.leads();
        assert_eq!(before[0]["territory_source"], "rule");
        for file in ["all.json", "all.csv"] {
            let summary = world.import(&world.path(file), &["--on-duplicate", "update"]);
            assert_eq!((&summary["unchanged"], &summary["updated"]), (&json!(5), &json!(0)), "{summary}");
        }
        assert_eq!(world.leads(), before);
        let listed = world.ok(["lead", "export", "--columns", "phone,territory", "--format", "csv"]);
        assert!(listed.contains("+12125550101,California"), "{listed}");
    });
}

#[test]
fn a_lead_that_is_erased_leaves_no_text_in_its_territory() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada Lovelace"]);
        world.ok([
            "territory",
            "add",
            "North",
            "--where",
            "company is empty",
            "--description",
            "asked for by Ada Lovelace",
        ]);
        world.ok(["territory", "assign", "--yes"]);
        world.ok(["lead", "erase", "1", "--yes"]);
        let shown = world.json(["territory", "show", "North"]);
        assert!(!shown.to_string().contains("Lovelace"), "{shown}");
        assert_eq!(world.json(["territory", "assign", "--dry-run"])["leads"], 0);
    });
}
