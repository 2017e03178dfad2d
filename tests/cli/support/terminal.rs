//! Programs in a pseudo-terminal, which `script` of util-linux opens.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A terminal in which a program runs.
pub struct Terminal {
    child: Child,
    keyboard: Option<ChildStdin>,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

/// How long a program may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

impl Terminal {
    /// Starts a program in a terminal, with the variables and the folder of the command, and without a pager that it does not
    /// name.
    pub fn open(command: &Command) -> Terminal {
        Terminal::of_size(command, 250, 50)
    }

    /// The same in a terminal of so many columns and rows.
    pub fn of_size(command: &Command, columns: u16, rows: u16) -> Terminal {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<String> = words.map(|word| quoted(word.to_str().unwrap())).collect();
        let line = format!("stty cols {columns} rows {rows}; exec {}", words.join(" "));
        let mut script = Command::new("script");
        script.args(["-qefc", &line, "/dev/null"]).env_clear().env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh");
        script.env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env("CRM_PAGER", "");
        for (name, value) in command.get_envs().filter_map(|(name, value)| Some((name, value?))) {
            script.env(name, value);
        }
        script.current_dir(command.get_current_dir().unwrap());
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("script of util-linux");
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (into, mut screen) = (shown.clone(), child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut part) {
                into.lock().unwrap().extend_from_slice(&part[..read]);
            }
        });
        Terminal { keyboard: child.stdin.take(), child, shown, reader: Some(reader) }
    }

    /// What has been shown until now.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        // A program that has ended reads no more.
        let _ = keyboard.write_all(keys.as_bytes()).and_then(|()| keyboard.flush());
    }

    /// Waits until a text has been shown so many times.
    pub fn wait_for(&self, text: &str, times: usize) {
        let since = Instant::now();
        while self.shown().matches(text).count() < times {
            assert!(since.elapsed() < PATIENCE, "`{text}` is not shown {times} times: {:?}", self.shown());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a text is shown or the program has ended; whether it is shown.
    pub fn shows_or_ends(&mut self, text: &str) -> bool {
        self.shows_one_or_ends(&[text], 1)
    }

    /// Waits until some texts have been shown so many times together or the program has ended; whether they have.
    pub fn shows_one_or_ends(&mut self, texts: &[&str], times: usize) -> bool {
        let since = Instant::now();
        loop {
            let ended = self.child.try_wait().unwrap().is_some();
            if ended {
                self.reader.take().map(std::thread::JoinHandle::join);
            }
            let shown = self.shown();
            let is_shown = texts.iter().map(|text| shown.matches(text).count()).sum::<usize>() >= times;
            if is_shown || ended {
                return is_shown;
            }
            assert!(since.elapsed() < PATIENCE, "neither ends nor shows {texts:?}: {:?}", self.shown());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end and returns everything that was shown.
    pub fn end(mut self) -> String {
        let since = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if since.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("does not end: {:?}", self.shown());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.keyboard.take();
        self.reader.take().map(std::thread::JoinHandle::join);
        self.shown()
    }
}

/// Nothing goes on behind a test that has failed.
impl Drop for Terminal {
    fn drop(&mut self) {
        self.keyboard.take();
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            // The program first: `script` waits for it.
            let _ = Command::new("pkill").args(["-9", "-P", &self.child.id().to_string()]).status();
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A word as a shell reads it back.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
