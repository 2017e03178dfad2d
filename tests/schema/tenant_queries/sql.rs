//! Where SQL text begins in the sources, and where it goes on.

use proc_macro2::LineColumn;
use syn::Expr;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::index::Index;
use super::pieces::flatten;
use super::scopes::{BEFORE_TABLE, scopes, tokens};
use super::sources::{Body, Unit, arguments, text_of};

/// The tables that the SQL of a unit reads or writes without their organization, with the SQL, and how many it names.
///
/// Where a statement begins in one place and goes on in another, the other counts: what uses a variable in the same unit,
/// and what uses a constant or calls a function in the same file.
pub fn unguarded<'u>(unit: &'u Unit, index: &Index<'u>, tables: &[&'static str]) -> (Vec<(String, String)>, usize) {
    let mut roots = Roots { begins: Begins::Table(tables), chains: Vec::new(), found: Vec::new() };
    unit.visit(&mut roots);
    let (mut found, mut seen) = (Vec::new(), 0);
    // Pieces that a function writes one after the other are one text.
    let written = written(unit);
    for scope in scopes(&written) {
        let (names, bad) = scope.unguarded(tables);
        seen += names;
        found.extend(bad.into_iter().map(|table| (table, shown(&written))));
    }
    for root in roots.found.iter().filter(|_| written.is_empty()) {
        let (names, bad) = unguarded_in(root, unit, index, tables);
        seen += names;
        if bad.is_empty() {
            continue;
        }
        if !is_guarded_later(root, unit, index, tables, 4) {
            found.extend(bad);
        }
    }
    (found, seen)
}

/// What a function writes by `push_sql`, with a mark for each value.
fn written(unit: &Unit) -> String {
    struct Find(String);
    impl<'a> Visit<'a> for Find {
        fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
            visit::visit_expr_method_call(self, call);
            match call.method.to_string().as_str() {
                "push_sql" => self.0.push_str(&call.args.first().and_then(text_of).unwrap_or_default()),
                "push_bind_param" => self.0.push_str(" ? "),
                _ => {}
            }
        }
    }
    let mut find = Find(String::new());
    unit.visit(&mut find);
    find.0
}

/// Whether a statement that begins here names its organizations where it goes on.
fn is_guarded_later<'u>(root: &Expr, unit: &'u Unit, index: &Index<'u>, tables: &[&'static str], steps: usize) -> bool {
    let uses: Vec<(Expr, &Unit)> = match local_of(unit, root) {
        Some((local, end)) => {
            let uses = uses_of(Begins::Name(&local), unit).into_iter();
            uses.filter(|later| later.span().start() > end).map(|root| (root, unit)).collect()
        }
        None if is_given(unit, root) => uses_elsewhere(unit, index),
        None => Vec::new(),
    };
    let is_guarded = |(root, unit): &(Expr, &'u Unit)| {
        let (names, bad) = unguarded_in(root, unit, index, tables);
        names > 0 && (bad.is_empty() || is_guarded_later(root, unit, index, tables, steps - 1))
    };
    steps > 0 && !uses.is_empty() && uses.iter().all(is_guarded)
}

/// Whether an expression is what a function gives or a constant is.
fn is_given(unit: &Unit, root: &Expr) -> bool {
    match &unit.body {
        Body::Expr(value) => value == root,
        Body::Block(block) => match block.stmts.last() {
            Some(syn::Stmt::Expr(expr, None)) => gives(expr).contains(&root),
            _ => false,
        },
    }
}

fn unguarded_in<'u>(
    root: &Expr,
    unit: &'u Unit,
    index: &Index<'u>,
    tables: &[&'static str],
) -> (usize, Vec<(String, String)>) {
    let (mut most, mut found) = (0, Vec::new());
    for text in flatten(root, unit, index) {
        let mut seen = 0;
        for scope in scopes(&text) {
            let (names, bad) = scope.unguarded(tables);
            seen += names;
            found.extend(bad.into_iter().map(|table| (table, shown(&text))));
        }
        most = most.max(seen);
    }
    (most, found)
}

/// The variable that begins as this expression, and where its declaration ends.
fn local_of(unit: &Unit, root: &Expr) -> Option<(String, LineColumn)> {
    struct Find<'r>(&'r Expr, Option<(String, LineColumn)>);
    impl<'a> Visit<'a> for Find<'_> {
        fn visit_local(&mut self, local: &'a syn::Local) {
            let Some(init) = &local.init else { return };
            let mut pat = &local.pat;
            if let syn::Pat::Type(typed) = pat {
                pat = &typed.pat;
            }
            let end = local.span().end();
            for given in gives(&init.expr) {
                match (pat, given) {
                    (syn::Pat::Ident(ident), given) if given == self.0 => self.1 = Some((ident.ident.to_string(), end)),
                    (syn::Pat::Tuple(pats), Expr::Tuple(tuple)) => {
                        let place = tuple.elems.iter().position(|given| given == self.0);
                        if let Some(syn::Pat::Ident(ident)) = place.and_then(|place| pats.elems.get(place)) {
                            self.1 = Some((ident.ident.to_string(), end));
                        }
                    }
                    _ => {}
                }
            }
            visit::visit_local(self, local);
        }
    }
    let mut find = Find(root, None);
    unit.visit(&mut find);
    find.1
}

/// What an expression may give: itself, or what its arms do.
fn gives(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Match(inner) => inner.arms.iter().flat_map(|arm| gives(&arm.body)).collect(),
        Expr::Closure(inner) => gives(&inner.body),
        Expr::Block(inner) => match inner.block.stmts.last() {
            Some(syn::Stmt::Expr(expr, _)) => gives(expr),
            _ => Vec::new(),
        },
        Expr::If(inner) => {
            let other = inner.else_branch.iter().flat_map(|(_, other)| gives(other));
            let then = match inner.then_branch.stmts.last() {
                Some(syn::Stmt::Expr(expr, _)) => gives(expr),
                _ => Vec::new(),
            };
            then.into_iter().chain(other).collect()
        }
        expr => vec![expr],
    }
}

fn uses_of(begins: Begins<'_>, unit: &Unit) -> Vec<Expr> {
    let mut uses = Roots { begins, chains: Vec::new(), found: Vec::new() };
    unit.visit(&mut uses);
    uses.found
}

fn uses_elsewhere<'u>(unit: &Unit, index: &Index<'u>) -> Vec<(Expr, &'u Unit)> {
    let near = index.units.iter().filter(|other| std::ptr::eq(&*other.file, &*unit.file) && other.name != unit.name);
    let begins = match unit.body {
        Body::Expr(_) => Begins::Name(unit.own_name()),
        Body::Block(_) => Begins::Call(unit.own_name()),
    };
    near.flat_map(|other| uses_of(begins, other).into_iter().map(move |root| (root, other))).collect()
}

fn shown(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a statement is looked for.
#[derive(Clone, Copy)]
enum Begins<'t> {
    /// At a literal that names one of these tables.
    Table(&'t [&'static str]),
    /// At a variable or a constant.
    Name(&'t str),
    /// At a call of a function.
    Call(&'t str),
}

/// The outermost chains of calls in which a statement begins.
struct Roots<'t, 'a> {
    begins: Begins<'t>,
    chains: Vec<&'a Expr>,
    found: Vec<Expr>,
}

impl Roots<'_, '_> {
    fn is_begin(&self, expr: &Expr) -> bool {
        match (self.begins, expr) {
            (Begins::Table(tables), expr) => text_of(expr).is_some_and(|text| names_table(&text, tables)),
            (Begins::Name(name), Expr::Path(path)) => path.path.segments.last().unwrap().ident == name,
            (Begins::Call(name), Expr::MethodCall(call)) => call.method == name,
            (Begins::Call(name), Expr::Call(call)) => match &*call.func {
                Expr::Path(path) => path.path.segments.last().unwrap().ident == name,
                _ => false,
            },
            _ => false,
        }
    }

    fn add(&mut self, root: Expr) {
        if !self.found.contains(&root) {
            self.found.push(root);
        }
    }
}

fn names_table(text: &str, tables: &[&'static str]) -> bool {
    let words = tokens(text);
    let is_before = |word: &String| BEFORE_TABLE.contains(&word.as_str());
    words.windows(2).any(|pair| is_before(&pair[0]) && tables.contains(&pair[1].as_str()))
        || words.last().is_some_and(is_before)
}

impl<'a> Visit<'a> for Roots<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.is_begin(expr) {
            self.add((*self.chains.first().unwrap_or(&expr)).clone());
        }
        match expr {
            Expr::MethodCall(_) | Expr::Call(_) | Expr::Reference(_) | Expr::Try(_) => {
                self.chains.push(expr);
                visit::visit_expr(self, expr);
                self.chains.pop();
            }
            Expr::Macro(call) => {
                let list = arguments(&call.mac).unwrap_or_default();
                let mut inner = Roots { begins: self.begins, chains: Vec::new(), found: Vec::new() };
                list.iter().for_each(|arg| inner.visit_expr(arg));
                if call.mac.path.is_ident("vec") {
                    inner.found.into_iter().for_each(|root| self.add(root));
                } else if !inner.found.is_empty() {
                    self.add((*self.chains.first().unwrap_or(&expr)).clone());
                }
            }
            Expr::Closure(_) | Expr::Block(_) | Expr::Match(_) | Expr::If(_) | Expr::Array(_) | Expr::Tuple(_) => {
                let before = std::mem::take(&mut self.chains);
                visit::visit_expr(self, expr);
                self.chains = before;
            }
            _ => visit::visit_expr(self, expr),
        }
    }
}
