//! A PostgreSQL cluster for one test: `scripts/side-cluster`, which ends with its standard input.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct SideCluster {
    child: Child,
    answers: BufReader<ChildStdout>,
    /// What it printed about itself.
    pub told: Vec<String>,
}

impl SideCluster {
    pub fn start(args: &[&str]) -> SideCluster {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/side-cluster");
        let mut child = Command::new(script).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut cluster = SideCluster { child, answers, told: Vec::new() };
        let line = cluster.answer();
        cluster.told = line.split_whitespace().map(str::to_owned).collect();
        assert_eq!(cluster.told.len(), 2, "the cluster does not start: {line:?}");
        cluster
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }

    /// Makes it do what a line on its standard input asks for.
    pub fn ask(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
        assert!(!self.answer().is_empty(), "the cluster has ended");
    }
}

impl Drop for SideCluster {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
