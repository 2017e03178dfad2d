//! An organization with a row in every table.

use super::World;

/// Brings rows into every table of the organization `acme`, by users and leads that are made up.
pub fn fill(world: &mut World) {
    world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
    world.ok([
        "user",
        "add",
        "rep@example.com",
        "--first-name",
        "Rep",
        "--last-name",
        "Resent",
        "--as",
        "boss@example.com",
    ]);
    let ok = |world: &World, args: &[&str]| {
        let ran = world.run([args, &["--as", "boss@example.com"]].concat());
        assert!(matches!(ran.code, Some(0 | 3)), "{:?} {args:?}: {}{}", world.engine, ran.stdout, ran.stderr);
    };
    world.file(
        "filled.csv",
        "Phone,Name,Work Phone,Tags,Note\n2125550121,Fay Filled,2125550122,full,x\n2125550123,Gil Gone,,,\n",
    );
    for args in [
        &["import", "leads", "filled.csv"][..],
        &["lead", "assign", "2125550121", "--to", "boss@example.com"],
        &["lead", "status", "2125550121", "contacted", "--reason", "called"],
        &["lead", "search", "fay"],
        &["lead", "erase", "2125550123", "--yes", "--reason", "by letter"],
        &["org", "set", "dnc.record_checks", "yes"],
        &["segment", "create", "filled", "--where", "status = new", "--description", "all new"],
        &["dnc", "add", "+12125550129", "--reason", "asked"],
        &["dnc", "check", "+12125550129", "--record"],
        &["roi", "cost", "add", "web", "2026-03", "5", "--note", "x"],
        &["roi", "rate", "set", "EUR", "2026-03", "1.08"],
        &["budget", "deposit", "5", "--description", "x", "--reference", "y"],
    ] {
        ok(world, args);
    }
    // The next calls are later.
    world.now = "2026-03-09T12:00:00Z";
}
