//! Triggers: what the catalogue says of how a table is written, the database holds, and it has no others.

use std::collections::BTreeSet;

use crmctl::db::catalogue::{Table, Writes, tables};

use crate::columns::of_postgres;
use crate::keys::rowids;
use crate::live::{ask_postgres, ask_sqlite, squeezed, without_comments};

/// The columns of a request that deciding it changes.
const DECIDING: [&str; 6] = ["decision", "decision_reason", "decided_by", "decided_actor", "decided_at", "dnc_id"];

/// The columns of a table that tell of something else than a change of the row.
fn no_change(table: &str) -> &'static [&'static str] {
    match table {
        "users" => &["last_seen_at"],
        "assignment_pools" => &["cursor"],
        "assignment_pool_members" => &["current_weight"],
        "leads" => &["lead_score_factors", "win_probability"],
        _ => &[],
    }
}

const NOW: &str = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)";

fn columns(table: &Table) -> Vec<String> {
    of_postgres()[table.name].iter().map(|column| column.name.clone()).collect()
}

fn erasable(table: &Table) -> BTreeSet<&'static str> {
    table.erasable().map(|text| text.name).collect()
}

/// Unique keys of a table: their columns, and the condition under which they count.
fn unique(table: &str) -> Vec<(Vec<String>, String)> {
    let mut keys: Vec<(Vec<String>, String)> = ask_sqlite(&format!(
        "SELECT (SELECT group_concat(name) FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno)),
            coalesce((SELECT substr(sql, instr(sql, 'WHERE ') + 6) FROM sqlite_schema WHERE name = i.name AND i.partial), '')
         FROM pragma_index_list('{table}') i WHERE i.\"unique\" ORDER BY i.seq DESC"
    ))
    .into_iter()
    .map(|row| (row[0].split(',').map(str::to_owned).collect(), row[1].clone()))
    .collect();
    if let Some(rowid) = rowids().iter().find(|row| row[0] == table) {
        // Where the id alone is a key, one with the organization besides says no more.
        keys.retain(|(columns, _)| columns != &["organization_id", "id"]);
        keys.insert(0, (vec![rowid[1].clone()], String::new()));
    }
    keys
}

/// The conditions of a trigger that stops OR REPLACE: one for each unique key, that a row with it is there.
fn taken(table: &str, by_update: bool, id_is_chosen: bool) -> String {
    let conditions = unique(table).into_iter().map(|(columns, partial)| {
        let mut same: Vec<String> = columns.iter().map(|column| format!("{column} = NEW.{column}")).collect();
        let mut guard = String::new();
        if !partial.is_empty() {
            guard = format!("NEW.{partial} AND ");
            same.push(partial);
        }
        if columns == ["id"] && id_is_chosen {
            guard = "NEW.id >= 0 AND ".to_owned();
        }
        if by_update {
            same.push("id <> OLD.id".to_owned());
        }
        format!("{guard}EXISTS (SELECT 1 FROM {table} WHERE {})", same.join(" AND "))
    });
    conditions.collect::<Vec<_>>().join(" OR ")
}

/// What SQLite must have for a table, but for the triggers that let a request be decided once and an entry only be closed,
/// widened or taken over.
fn expected_of_sqlite(table: &Table) -> BTreeSet<String> {
    let (name, columns) = (table.name, columns(table));
    let mut expected = BTreeSet::new();
    let mut trigger = |text: String| assert!(expected.insert(text));
    if columns.iter().any(|column| column == "updated_at") {
        let row = match name {
            "system_config" => "organization_id = NEW.organization_id AND config_key = NEW.config_key",
            _ => "id = NEW.id",
        };
        let unseen: String =
            no_change(name).iter().map(|column| format!("AND NEW.{column} IS OLD.{column} ")).collect();
        trigger(format!(
            "CREATE TRIGGER {name}_touch AFTER UPDATE ON {name} FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at {unseen}\
             BEGIN UPDATE {name} SET updated_at = {NOW} WHERE {row}; END"
        ));
    }
    let refuse = |what: &str| format!("BEGIN SELECT RAISE(ABORT, '{name} {what}'); END");
    let why = match table.writes {
        Writes::Editable { .. } => return expected,
        Writes::Kept | Writes::Ratcheted => "keeps its rows",
        Writes::AppendOnly | Writes::DecidedOnce => "is append-only",
    };
    trigger(format!("CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {}", refuse(why)));
    let id_is_chosen = table.is_log() && columns.iter().any(|column| column == "id");
    trigger(format!(
        "CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN {} {}",
        taken(name, false, id_is_chosen),
        refuse(why)
    ));
    match table.writes {
        Writes::Kept | Writes::Ratcheted => {
            let mut key_columns: Vec<String> = Vec::new();
            for (key, partial) in unique(name) {
                let condition = partial.split(' ').next().unwrap().to_owned();
                for column in key.into_iter().chain(Some(condition).filter(|column| !column.is_empty())) {
                    if !key_columns.contains(&column) {
                        key_columns.push(column);
                    }
                }
            }
            trigger(format!(
                "CREATE TRIGGER {name}_no_replace_by_update BEFORE UPDATE OF {} ON {name} WHEN {} {}",
                key_columns.join(", "),
                taken(name, true, false),
                refuse(why)
            ));
        }
        Writes::AppendOnly if erasable(table).is_empty() => {
            trigger(format!("CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {}", refuse(why)));
        }
        Writes::AppendOnly => {
            let kept = columns.iter().filter(|column| !erasable(table).contains(column.as_str()));
            let kept: Vec<String> = kept.map(|column| format!("NEW.{column} IS NOT OLD.{column}")).collect();
            trigger(format!(
                "CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} WHEN {} OR NOT EXISTS (SELECT 1 FROM erased_rows e \
                 WHERE e.organization_id = OLD.organization_id AND e.table_name = '{name}' AND e.row_id = OLD.id) {}",
                kept.join(" OR "),
                refuse(why)
            ));
        }
        Writes::Editable { .. } | Writes::DecidedOnce => {}
    }
    expected
}

#[test]
fn sqlite_has_the_triggers_of_the_catalogue() {
    for table in tables() {
        let mut found: BTreeSet<String> = ask_sqlite(&format!(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '{}'",
            table.name
        ))
        .into_iter()
        .map(|row| without_comments(&row[0]))
        .collect();
        if table.writes == Writes::DecidedOnce {
            let once = format!("CREATE TRIGGER {}_decided_once", table.name);
            let trigger = found.iter().find(|sql| sql.starts_with(&once)).cloned();
            found.remove(trigger.as_ref().unwrap());
        }
        if table.writes == Writes::Ratcheted {
            for name in ["dnc_list_close_or_widen", "dnc_list_origin"] {
                let created = format!("CREATE TRIGGER {name} ");
                let trigger = found.iter().find(|sql| sql.starts_with(&created)).cloned();
                found.remove(trigger.as_ref().unwrap());
            }
        }
        assert_eq!(found, expected_of_sqlite(table), "the triggers of `{}` on SQLite", table.name);
    }
}

fn expected_of_postgres(table: &Table) -> BTreeSet<String> {
    let name = table.name;
    let mut expected = BTreeSet::new();
    let mut trigger = |suffix: &str, when: &str, each: &str, function: &str| {
        assert!(expected.insert(format!(
            "CREATE TRIGGER {name}_{suffix} BEFORE {when} ON public.{name} FOR EACH {each} EXECUTE FUNCTION {function}"
        )));
    };
    if columns(table).iter().any(|column| column == "updated_at") {
        let same = "(new.updated_at = old.updated_at)";
        let when = match no_change(name) {
            [] => format!("ROW WHEN ({same})"),
            columns => {
                let unseen = columns.iter().map(|c| format!(" AND (NOT (new.{c} IS DISTINCT FROM old.{c}))"));
                format!("ROW WHEN (({same}{}))", unseen.collect::<String>())
            }
        };
        trigger("touch", "UPDATE", &when, "touch_updated_at()");
    }
    if table.writes == Writes::Ratcheted {
        trigger("close_or_widen", "UPDATE", "ROW", "refuse_narrowing()");
        trigger("origin", "UPDATE", "ROW", "refuse_other_origin()");
    }
    match table.writes {
        Writes::Editable { .. } => {}
        Writes::Kept | Writes::Ratcheted => trigger("kept", "DELETE OR TRUNCATE", "STATEMENT", "refuse_delete()"),
        Writes::AppendOnly if erasable(table).is_empty() => {
            trigger("append_only", "DELETE OR UPDATE OR TRUNCATE", "STATEMENT", "refuse_change()");
        }
        Writes::AppendOnly => {
            trigger("append_only", "DELETE OR TRUNCATE", "STATEMENT", "refuse_change()");
            let texts: Vec<String> = table.erasable().map(|text| format!("'{}'", text.name)).collect();
            let but_erasure = format!("refuse_change_but_erasure({})", texts.join(", "));
            trigger("no_update", "UPDATE", "ROW", &but_erasure);
        }
        Writes::DecidedOnce => {
            trigger("append_only", "DELETE OR TRUNCATE", "STATEMENT", "refuse_change()");
            trigger("decided_once", "UPDATE", "ROW", "refuse_second_decision()");
        }
    }
    expected
}

#[test]
fn postgresql_has_the_triggers_of_the_catalogue() {
    let all = ask_postgres(
        "SELECT c.relname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         WHERE NOT t.tgisinternal",
    );
    for table in tables() {
        let of_table = all.iter().filter(|row| row[0] == table.name);
        let found: BTreeSet<String> =
            of_table.inspect(|row| assert_eq!(row[2], "O")).map(|row| row[1].clone()).collect();
        assert_eq!(found, expected_of_postgres(table), "the triggers of `{}` on PostgreSQL", table.name);
    }
    assert!(all.iter().all(|row| tables().any(|table| table.name == row[0])));
}

/// The words between the marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split_once(to).unwrap().0
}

/// A request that is decided changes in what decides it alone; an erased one in its erasable texts alone.
#[test]
fn both_engines_let_a_request_be_decided_once() {
    let mut decided = tables().filter(|table| table.writes == Writes::DecidedOnce);
    let table = decided.next().unwrap();
    assert_eq!((table.name, decided.count()), ("dnc_requests", 0), "refuse_second_decision() is of dnc_requests");
    let deciding: BTreeSet<&str> = DECIDING.into();

    let function = &ask_postgres("SELECT prosrc FROM pg_proc WHERE proname = 'refuse_second_decision'")[0][0];
    let array = |name: &str| -> BTreeSet<String> {
        between(function, &format!("{name} text[] := ARRAY["), "]")
            .split(", ")
            .map(|word| word.trim_matches('\'').to_owned())
            .collect()
    };
    assert_eq!(array("deciding"), deciding.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(array("erasing"), erasable(table).iter().map(|name| (*name).to_owned()).collect());

    let sql = ask_sqlite("SELECT sql FROM sqlite_schema WHERE name = 'dnc_requests_decided_once'")[0][0].clone();
    let sql = squeezed(&without_comments(&sql));
    let changed = |text: &str| -> BTreeSet<String> {
        text.split("NEW.")
            .skip(1)
            .filter(|rest| rest.contains(" IS NOT OLD."))
            .map(|rest| between(rest, " IS NOT OLD.", " ").trim_end_matches(')').to_owned())
            .collect()
    };
    let (never, rest) = between(&sql, " WHEN ", " BEGIN").split_once(" OR ((").unwrap();
    let (by_decision, by_erasure) = rest.split_once(" AND (").unwrap();
    let but = |left_out: &BTreeSet<&str>| -> BTreeSet<String> {
        columns(table).into_iter().filter(|column| !left_out.contains(column.as_str())).collect()
    };
    let both: BTreeSet<&str> = deciding.union(&erasable(table)).copied().collect();
    assert_eq!(changed(&format!("{never} ")), but(&both));
    assert_eq!(
        changed(&format!("{by_decision} ")),
        erasable(table).difference(&deciding).map(|name| (*name).to_owned()).collect()
    );
    assert_eq!(
        changed(&format!("{by_erasure} ")),
        deciding.difference(&erasable(table)).map(|name| (*name).to_owned()).collect()
    );
}
