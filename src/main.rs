//! Parse, run, exit.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(crmctl::cli::main())
}
