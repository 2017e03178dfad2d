//! The functions of PostgreSQL's schema: none looks anywhere else than where its author looked, whatever its caller has.

use crmctl::db::catalogue::{RECORD_ERASURE, erasing_function};

use crate::live::{ask_postgres, squeezed};

/// The functions of the schema: name, language, settings, whether it has the owner's rights, whether its body was bound when it was made.
fn functions() -> Vec<Vec<String>> {
    ask_postgres(
        "SELECT p.oid::regprocedure, l.lanname, coalesce(array_to_string(p.proconfig, '; '), ''), p.prosecdef, p.prosqlbody IS NOT NULL
         FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1",
    )
}

#[test]
fn no_function_can_be_misled_by_a_search_path() {
    let functions = functions();
    assert!(functions.len() > 10);
    for row in functions {
        let [name, language, settings, is_definer, is_bound] = row.as_slice() else { panic!("{row:?}") };
        match language.as_str() {
            // Temporary tables and types come last, where only those are that the function asks for.
            "plpgsql" => assert!(settings.starts_with("search_path=pg_catalog, pg_temp"), "{name}: {settings}"),
            "sql" => assert_eq!((settings.as_str(), is_bound.as_str()), ("", "t"), "{name}"),
            other => panic!("{name} is in {other}"),
        }
        let is_recording = name.replace(",", ", ") == RECORD_ERASURE;
        assert_eq!(is_definer == "t", is_recording, "{name}");
    }
}

/// Names without a schema, but for what stands in pg_catalog.
#[test]
fn every_function_names_tables_and_functions_with_their_schema() {
    let ours = ask_postgres(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
         UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    );
    let bodies = ask_postgres(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosqlbody IS NULL",
    );
    assert!(ours.len() > 40 && bodies.len() > 8);
    for body in &bodies {
        for name in &ours {
            for used in ["FROM ", "JOIN ", "INTO ", "UPDATE "].map(|word| format!("{word}{} ", name[0])) {
                assert!(!body[1].contains(&used), "{}: {used}", body[0]);
            }
            let called = format!(" {}(", name[0]);
            assert!(!body[1].contains(&called), "{}: {called}", body[0]);
        }
    }
}

#[test]
fn the_function_of_erasure_is_that_of_the_catalogue() {
    let found =
        ask_postgres(&format!("SELECT prosrc FROM pg_proc WHERE oid = 'public.{RECORD_ERASURE}'::regprocedure"));
    let function = erasing_function();
    let body = function.split("$$").nth(1).unwrap();
    let is_made = squeezed(&found[0][0]) == squeezed(body);
    assert!(is_made, "`migrate up` makes it anew:\n{function}");
    let rights = ask_postgres(&format!(
        "SELECT p.proowner = c.relowner, EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner)
         FROM pg_proc p, pg_class c WHERE p.oid = 'public.{RECORD_ERASURE}'::regprocedure AND c.oid = 'public.erasures'::regclass"
    ));
    assert_eq!(rights, [["t", "f"]], "the owner of the tables has it, and nobody may call it who is not granted that");
}

/// What is bound is still put into the query in place of the call.
#[test]
fn plain_functions_are_inlined() {
    let plan = ask_postgres("EXPLAIN VERBOSE SELECT fold_case(name) FROM organizations");
    let plan = plan.concat().concat();
    assert!(plan.contains("upper(") && !plan.contains("fold_case("), "{plan}");
}
