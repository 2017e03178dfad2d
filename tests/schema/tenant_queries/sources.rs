//! The functions and constants of the sources, as `syn` reads them.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, Lit, Pat};

/// A function or a constant.
pub struct Unit {
    /// The module and the name: `leads::by_id`.
    pub name: String,
    /// Its statements, or the value of a constant.
    pub body: Body,
    /// The type whose method it is.
    pub of: Option<String>,
    /// The names and the types of its parameters, in their order.
    pub params: Vec<(String, String)>,
    pub file: Rc<File>,
    locals: OnceCell<HashMap<String, Vec<Local>>>,
}

/// A declaration of a local variable.
struct Local {
    end: LineColumn,
    init: Expr,
    place: Option<usize>,
}

fn locals(unit: &Unit) -> HashMap<String, Vec<Local>> {
    struct Find(HashMap<String, Vec<Local>>);
    impl Find {
        fn add(&mut self, pat: &Pat, init: &Expr, end: LineColumn, place: Option<usize>) {
            match pat {
                Pat::Type(typed) => self.add(&typed.pat, init, end, place),
                Pat::Ident(ident) => {
                    self.0.entry(ident.ident.to_string()).or_default().push(Local { end, init: init.clone(), place });
                }
                Pat::Tuple(tuple) if place.is_none() => {
                    tuple.elems.iter().enumerate().for_each(|(place, pat)| self.add(pat, init, end, Some(place)));
                }
                _ => {}
            }
        }
    }
    impl<'a> Visit<'a> for Find {
        fn visit_local(&mut self, local: &'a syn::Local) {
            if let Some(init) = &local.init {
                self.add(&local.pat, &init.expr, local.span().end(), None);
            }
            visit::visit_local(self, local);
        }
    }
    let mut find = Find(HashMap::new());
    unit.visit(&mut find);
    find.0
}

/// What the units of a file share.
#[derive(Default)]
pub struct File {
    pub module: String,
    /// What is brought in by another name: that name, and its own.
    pub renamed: HashMap<String, String>,
    /// What is brought in, and the module that it comes from.
    pub imported: HashMap<String, String>,
}

pub enum Body {
    Block(syn::Block),
    Expr(Expr),
}

impl Unit {
    pub fn visit<'a>(&'a self, visitor: &mut impl Visit<'a>) {
        match &self.body {
            Body::Block(block) => visitor.visit_block(block),
            Body::Expr(expr) => visitor.visit_expr(expr),
        }
    }

    /// What a local variable begins as where it is used, and its place when that is a tuple.
    pub fn local(&self, name: &str, used: LineColumn) -> Option<(&Expr, Option<usize>)> {
        let of_name = self.locals.get_or_init(|| locals(self)).get(name)?;
        let local = of_name.iter().rfind(|local| local.end < used)?;
        Some((&local.init, local.place))
    }

    /// The name without the module.
    pub fn own_name(&self) -> &str {
        self.name.rsplit("::").next().unwrap()
    }
}

/// The units of all files below folders of `src`, without tests.
pub fn units(root: &Path, folders: &[&str]) -> Vec<Unit> {
    let mut files = Vec::new();
    folders.iter().for_each(|folder| gather(&root.join(folder), &mut files));
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let module = match stem {
            "mod" => path.parent().unwrap().file_name().unwrap().to_str().unwrap(),
            stem => stem,
        };
        let mut uses = File { module: module.to_owned(), ..File::default() };
        file.items.iter().for_each(|item| {
            if let syn::Item::Use(item) = item {
                uses.bring_in(&item.tree, "");
            }
        });
        Walk { file: Rc::new(uses), of: None, found: &mut found }.visit_file(&file);
    }
    found
}

fn gather(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => gather(&path, files),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
}

impl File {
    fn bring_in(&mut self, tree: &syn::UseTree, module: &str) {
        match tree {
            syn::UseTree::Path(path) => self.bring_in(&path.tree, &path.ident.to_string()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.bring_in(tree, module)),
            syn::UseTree::Name(name) => drop(self.imported.insert(name.ident.to_string(), module.to_owned())),
            syn::UseTree::Rename(name) => drop(self.renamed.insert(name.rename.to_string(), name.ident.to_string())),
            _ => {}
        }
    }
}

struct Walk<'f> {
    file: Rc<File>,
    of: Option<String>,
    found: &'f mut Vec<Unit>,
}

impl Walk<'_> {
    fn add(&mut self, name: &syn::Ident, params: Vec<(String, String)>, body: Body) {
        let name = format!("{}::{name}", self.file.module);
        self.found.push(Unit {
            name,
            body,
            of: self.of.clone(),
            params,
            file: Rc::clone(&self.file),
            locals: OnceCell::new(),
        });
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }
    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.of = Some(type_name(&item.self_ty));
        visit::visit_item_impl(self, item);
        self.of = None;
    }
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.add(&item.sig.ident, params(&item.sig), Body::Block((*item.block).clone()));
    }
    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.add(&item.sig.ident, params(&item.sig), Body::Block(item.block.clone()));
    }
    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig.ident, params(&item.sig), Body::Block(block.clone()));
        }
    }
    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.add(&item.ident, Vec::new(), Body::Expr((*item.expr).clone()));
    }
    fn visit_item_static(&mut self, item: &'a syn::ItemStatic) {
        self.add(&item.ident, Vec::new(), Body::Expr((*item.expr).clone()));
    }
    fn visit_impl_item_const(&mut self, item: &'a syn::ImplItemConst) {
        self.add(&item.ident, Vec::new(), Body::Expr(item.expr.clone()));
    }
    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        // Of a macro the literals are read: those of a definition in a row, as it writes them.
        let literals = literals(item.mac.tokens.clone());
        let (name, text) = match &item.ident {
            Some(ident) => {
                let texts: Vec<String> = literals
                    .iter()
                    .filter_map(|it| syn::parse_str::<syn::LitStr>(it).ok())
                    .map(|it| it.value())
                    .collect();
                (ident.clone(), format!("{:?}", texts.join(" ")))
            }
            None => (item.mac.path.segments.last().unwrap().ident.clone(), format!("({},)", literals.join(","))),
        };
        if let Ok(expr) = syn::parse_str::<Expr>(&text) {
            self.add(&name, Vec::new(), Body::Expr(expr));
        }
    }
}

/// The names and the types of the parameters of a function, without `self`.
fn params(signature: &syn::Signature) -> Vec<(String, String)> {
    let param = |input: &syn::FnArg| match input {
        syn::FnArg::Typed(typed) => {
            let name = match &*typed.pat {
                Pat::Ident(ident) => ident.ident.to_string(),
                _ => String::new(),
            };
            Some((name, type_name(&typed.ty)))
        }
        syn::FnArg::Receiver(_) => None,
    };
    signature.inputs.iter().filter_map(param).collect()
}

/// The last name of a type, without references.
fn type_name(of: &syn::Type) -> String {
    match of {
        syn::Type::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
        syn::Type::Reference(inner) => type_name(&inner.elem),
        _ => String::new(),
    }
}

/// The literals within tokens, as they are written.
pub fn literals(tokens: proc_macro2::TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => found.extend(literals(group.stream())),
            proc_macro2::TokenTree::Literal(literal) => found.push(literal.to_string()),
            _ => {}
        }
    }
    found
}

/// The arguments of a macro, when they are expressions.
pub fn arguments(mac: &syn::Macro) -> Option<Vec<Expr>> {
    let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
    mac.parse_body_with(parser).ok().map(|list| list.into_iter().collect())
}

pub fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
