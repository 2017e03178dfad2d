//! Links the program at a fixed address on Linux. A position-independent one has 53,000 relocations, which the dynamic
//! linker works off at every start: 250 pages of memory and a millisecond, as much as a check of a number takes. Stack,
//! heap and libraries are placed at random as before.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
