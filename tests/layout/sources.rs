//! The source files as syntax trees, and the modules that they make.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A source file below `src/`.
pub struct Source {
    /// Its path below `src/`, with `/`.
    pub path: String,
    /// Its lines, whatever they are.
    pub lines: usize,
    /// Its text without comments and tests.
    pub code: String,
}

impl Source {
    /// The first folder or file name below `src/`.
    pub fn layer(&self) -> &str {
        layer_of(&self.path)
    }
}

/// The first folder or file name of a path below `src/`.
pub fn layer_of(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// A module: a file, or a block in one.
struct Module {
    file: usize,
    parent: usize,
    children: HashMap<String, usize>,
    /// What `use` brings in: the name here, and the path that is written.
    names: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    paths: BTreeSet<Vec<String>>,
    /// Paths that `pub use` hands on.
    handed_on: BTreeSet<Vec<String>>,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The file in which it is defined, by its number.
    File(usize),
    /// A library, or a name that no `use` explains.
    Library(String),
}

/// A path that a file writes, and what it leads to. Paths of `use` count where they stand, in whatever form.
#[derive(Debug, Clone)]
pub struct Reference {
    pub from: usize,
    /// As written, with `::`.
    pub path: String,
    /// The layers that the path names on its way, through every re-export.
    pub layers: BTreeSet<String>,
    pub target: Target,
    /// It stands in a `pub use`, which only hands on.
    pub is_handed_on: bool,
}

/// All source files and the modules in them.
pub struct Crate {
    pub sources: Vec<Source>,
    modules: Vec<Module>,
}

impl Crate {
    /// Reads the crate whose `lib.rs` stands in a folder.
    pub fn read(root: &Path) -> Crate {
        let mut read = Crate { sources: Vec::new(), modules: Vec::new() };
        read.file(root, root.join("lib.rs"), root.to_path_buf(), 0);
        read
    }

    /// The project itself.
    pub fn of_project() -> Crate {
        Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
    }

    /// A crate of texts, for tests of the rules: each with its path below `src/`.
    pub fn of(files: &[(&str, &str)]) -> Crate {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Crate::read(folder.path())
    }

    /// Reads one file as a module, and those below it. `below` is where the files of its modules stand.
    fn file(&mut self, root: &Path, path: PathBuf, below: PathBuf, parent: usize) -> usize {
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let inside = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let file = self.sources.len();
        self.sources.push(Source { path: inside, lines: text.lines().count(), code: without_tests(&text) });
        self.module(root, &syntax.items, file, &below, parent)
    }

    fn module(&mut self, root: &Path, items: &[syn::Item], file: usize, below: &Path, parent: usize) -> usize {
        let number = self.modules.len();
        self.modules.push(Module {
            file,
            parent,
            children: HashMap::new(),
            names: HashMap::new(),
            globs: Vec::new(),
            paths: BTreeSet::new(),
            handed_on: BTreeSet::new(),
        });
        let mut seen = Seen::default();
        for item in items {
            match item {
                syn::Item::Mod(block) if is_test(&block.attrs) => {}
                syn::Item::Mod(block) => {
                    let name = block.ident.to_string();
                    let folder = below.join(&name);
                    let child = match &block.content {
                        Some((_, items)) => self.module(root, items, file, &folder, number),
                        None => {
                            let flat = below.join(format!("{name}.rs"));
                            let path = if flat.exists() { flat } else { folder.join("mod.rs") };
                            self.file(root, path, folder, number)
                        }
                    };
                    self.modules[number].children.insert(name, child);
                }
                item => seen.visit_item(item),
            }
        }
        let module = &mut self.modules[number];
        (module.names, module.globs) = (seen.names, seen.globs);
        (module.paths, module.handed_on) = (seen.paths, seen.handed_on);
        number
    }

    /// Every path that the files write and that leads to another file or to a library.
    pub fn references(&self) -> Vec<Reference> {
        let mut found = Vec::new();
        for (number, module) in self.modules.iter().enumerate() {
            let handed_on = module.handed_on.iter().map(|path| (path, true));
            for (path, is_handed_on) in module.paths.iter().map(|path| (path, false)).chain(handed_on) {
                let mut layers = BTreeSet::new();
                let target = self.resolve(number, path, &mut layers, 0);
                if target != Target::File(module.file) || layers.len() > 1 {
                    found.push(Reference { from: module.file, path: path.join("::"), layers, target, is_handed_on });
                }
            }
        }
        found
    }

    /// Where a path leads that is written in a module.
    fn resolve(&self, module: usize, path: &[String], layers: &mut BTreeSet<String>, depth: usize) -> Target {
        let (first, rest) = path.split_first().unwrap();
        let here = &self.modules[module];
        match first.as_str() {
            "crate" => return self.walk(0, rest, layers, depth),
            "self" => return self.walk(module, rest, layers, depth),
            "super" => return self.walk(here.parent, rest, layers, depth),
            _ => {}
        }
        if self.knows(module, first) {
            return self.walk(module, path, layers, depth);
        }
        for glob in here.globs.iter().filter(|_| depth < 16) {
            if let Some(other) = self.module_of(module, glob, depth + 1).filter(|it| self.knows(*it, first)) {
                return self.walk(other, path, layers, depth + 1);
            }
        }
        match first.chars().next().is_some_and(char::is_lowercase) {
            true => Target::Library(first.clone()),
            // A type of the module itself, or of the prelude.
            false => Target::File(here.file),
        }
    }

    fn knows(&self, module: usize, name: &str) -> bool {
        let module = &self.modules[module];
        module.children.contains_key(name) || module.names.contains_key(name)
    }

    /// Follows a path down from a module to where its end is defined.
    fn walk(&self, module: usize, path: &[String], layers: &mut BTreeSet<String>, depth: usize) -> Target {
        let here = &self.modules[module];
        layers.insert(self.sources[here.file].layer().to_owned());
        let Some((first, rest)) = path.split_first() else { return Target::File(here.file) };
        if first == "super" {
            return self.walk(here.parent, rest, layers, depth);
        }
        if let Some(child) = here.children.get(first) {
            return self.walk(*child, rest, layers, depth);
        }
        match here.names.get(first).filter(|path| depth < 16 && path.first() != Some(first)) {
            Some(path) => {
                let path: Vec<String> = path.iter().chain(rest).cloned().collect();
                self.resolve(module, &path, layers, depth + 1)
            }
            None => Target::File(here.file),
        }
    }

    /// The module that a path names, if it names one.
    fn module_of(&self, module: usize, path: &[String], depth: usize) -> Option<usize> {
        let mut at = module;
        for (place, name) in path.iter().enumerate() {
            at = match name.as_str() {
                "crate" => 0,
                "self" => at,
                "super" => self.modules[at].parent,
                name => match (self.modules[at].children.get(name), self.modules[at].names.get(name)) {
                    (Some(child), _) => *child,
                    (None, Some(path)) if depth < 16 && place == 0 => self.module_of(at, path, depth + 1)?,
                    _ => return None,
                },
            };
        }
        Some(at)
    }
}

/// The text without its tests and without lines that are comments.
fn without_tests(text: &str) -> String {
    let tests = ["#[cfg(test)]\nmod tests", "#[cfg(test)]\npub(super) mod tests"];
    let text = tests.iter().fold(text, |text, tests| text.split(tests).next().unwrap());
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|it| {
        it.path().is_ident("cfg") && matches!(&it.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

/// The paths of one module, in code, in `use`, in attributes and in macros.
#[derive(Default)]
struct Seen {
    names: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    paths: BTreeSet<Vec<String>>,
    handed_on: BTreeSet<Vec<String>>,
    hands_on: bool,
}

impl Seen {
    fn tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| {
            let name = name.to_string();
            before.iter().cloned().chain((name != "self").then_some(name)).collect::<Vec<String>>()
        };
        match tree {
            syn::UseTree::Path(path) if before.is_empty() && path.ident == "self" => {
                self.tree(&["self".to_owned()], &path.tree);
            }
            syn::UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => {
                let path = with(&name.ident);
                self.bring(path.last().cloned().unwrap_or_default(), path);
            }
            syn::UseTree::Rename(it) => self.bring(it.rename.to_string(), with(&it.ident)),
            syn::UseTree::Glob(_) => {
                self.write(before.to_vec());
                self.globs.push(before.to_vec());
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }

    fn bring(&mut self, name: String, path: Vec<String>) {
        if name != "_" {
            self.names.insert(name, path.clone());
        }
        self.write(path);
    }

    fn write(&mut self, path: Vec<String>) {
        match self.hands_on {
            true => self.handed_on.insert(path),
            false => self.paths.insert(path),
        };
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && colons < 2 && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    colons = 0;
                    self.tokens(group.stream());
                }
                _ => {
                    self.end(&mut path);
                    colons = 0;
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_item_use(&mut self, it: &'ast syn::ItemUse) {
        self.hands_on = !matches!(it.vis, syn::Visibility::Inherited);
        self.tree(&[], &it.tree);
        self.hands_on = false;
    }

    fn visit_item_extern_crate(&mut self, it: &'ast syn::ItemExternCrate) {
        let name = it.rename.as_ref().map_or(&it.ident, |(_, name)| name).to_string();
        self.bring(name, vec![it.ident.to_string()]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.paths.insert(names);
        }
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // Who may see something is no use of it.
    }

    fn visit_macro(&mut self, it: &'ast syn::Macro) {
        self.visit_path(&it.path);
        self.tokens(it.tokens.clone());
    }

    fn visit_attribute(&mut self, it: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &it.meta {
            self.tokens(list.tokens.clone());
        }
    }
}
