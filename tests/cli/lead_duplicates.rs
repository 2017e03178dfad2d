//! `lead duplicates`: exact and near ones, scored and explained.

use crate::assert_same_story;

#[test]
fn leads_that_may_be_one_person() {
    assert_same_story!(|world| {
        world.file(
            "people.csv",
            "First Name,Last Name,Company,Email,Phone,Work Phone\n\
             Ada,Lovelace,Difference Works,ada@example.com,2125550101,\n\
             ADA,LOVELACE,\"Difference Works, Inc\",ada@example.com,2125550110,\n\
             Bob,Baker,,bob@example.com,2125550103,\n\
             Bob,Baker,,,2125550199,2125550103\n\
             José,Díaz,Acme,,2125550120,\n\
             Jose,Diaz,ACME,,2125550130,\n\
             Eve,Adams,,office@example.com,2125550140,\n\
             Sam,Stone,,office@example.com,2125550150,\n\
             Zoe,Young,,zoe@example.com,2125550160,\n",
        );
        world.ok(["import", "leads", "people.csv"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "delete", "9", "--yes"]);
        world.ok(["lead", "add", "--phone", "2125550160", "--name", "Zoe Young"]);
        world.tell(&["lead", "duplicates"]);
        world.tell(&["lead", "duplicates", "--format", "json", "--min-score", "90"]);
        world.tell(&["lead", "duplicates", "office@example.com"]);
        world.tell(&["lead", "duplicates", "2125550140", "--format", "csv"]);
        world.tell(&["lead", "duplicates", "--limit", "1"]);
        world.tell(&["lead", "duplicates", "99"]);
        world.tell(&["lead", "duplicates", "--min-score", "101"]);
        world.now = "2026-03-06T12:00:00Z";
        // Who is merged is no duplicate any more.
        world.ok(["lead", "merge", "1", "2", "--yes"]);
        world.tell(&["lead", "duplicates", "--min-score", "90"]);
        world.tell(&["lead", "duplicates", "1"]);
    });
}
