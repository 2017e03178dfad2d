//! An import reads a file twice: what is packed is read from a copy without a name, and what changes in between is refused.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Engine, World};

/// An import that has looked at its file and waits for the database, with what it says.
fn waiting(world: &World, file: &str, folder: &Path) -> (Child, PathBuf) {
    let said = world.path("said");
    let mut command = world.command(["import", "leads", file]);
    command.env("TMPDIR", folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&said).unwrap());
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    while !fs::read_to_string(&said).unwrap().contains("waiting for another program") {
        assert!(child.try_wait().unwrap().is_none(), "{}", fs::read_to_string(&said).unwrap());
        assert!(began.elapsed() < Duration::from_secs(30), "it does not wait");
        std::thread::sleep(Duration::from_millis(20));
    }
    (child, said)
}

fn held(world: &World) -> rusqlite::Connection {
    let holder = rusqlite::Connection::open(&world.url).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    holder
}

#[test]
fn a_file_that_changes_between_its_passes_is_refused() {
    let world = World::new(Engine::Sqlite);
    let text = "Phone\n2125550101\n2125550102\n";
    for change in ["written", "appended to"] {
        let file = world.file("a.csv", text);
        let holder = held(&world);
        let (mut child, said) = waiting(&world, "a.csv", &world.path("."));
        match change {
            "written" => fs::write(&file, text.replace("0102", "0103")).unwrap(),
            _ => File::options().append(true).open(&file).unwrap().write_all(b"2125550104\n").unwrap(),
        }
        holder.execute_batch("COMMIT").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{change}");
        let said = fs::read_to_string(said).unwrap();
        assert!(said.contains("error: `a.csv` changed while it was read"), "{change}: {said}");
        assert!(world.leads().is_empty(), "{change}");
    }
    world.finish();
}

/// What is left of it after a crash has no name, and both passes read it.
#[cfg(target_os = "linux")]
#[test]
fn packed_files_are_copied_to_a_file_without_a_name() {
    let text = b"Phone\n2125550101\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text).unwrap();
    let gzip = packed.finish().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    for (name, bytes) in [("a.csv.gz", gzip), ("a.zip", zip)] {
        let world = World::new(Engine::Sqlite);
        world.file(name, bytes);
        let folder = world.path("copies");
        fs::create_dir(&folder).unwrap();
        let holder = held(&world);
        let (mut child, said) = waiting(&world, name, &folder);
        let is_copy = |file: PathBuf| {
            let target = fs::read_link(file).unwrap_or_default();
            target.starts_with(&folder) && target.to_string_lossy().ends_with(" (deleted)")
        };
        let mut files = fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap();
        assert!(files.any(|file| is_copy(file.unwrap().path())), "{name}: there is no copy");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{name}");
        holder.execute_batch("COMMIT").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{name}: {}", fs::read_to_string(said).unwrap());
        assert_eq!(world.leads().len(), 1, "{name}");
        world.finish();
    }
}
