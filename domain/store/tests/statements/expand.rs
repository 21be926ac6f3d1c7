//! Finds the statements: expands every macro of the sources, down to the calls of sqlx.
//!
//! After that a statement is the argument of `sqlx::query`, `query_as` or `query_scalar`, or a `QueryBuilder`. The arm
//! of the `match` around it tells its database: `On::Postgres(on) => sqlx::query(...)`.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::macros::Macro;
use crate::sources::Sources;
use crate::tokens::{Place, Tree, parts, show};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    Postgres,
    Sqlite,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// The outermost call that it is from: of a macro outside of macros, or of sqlx.
    pub caller: Place,
    pub database: Database,
    pub sql: String,
}

/// What [`expand`] finds.
#[derive(Debug, Default)]
pub struct Found {
    pub statements: BTreeSet<Statement>,
    /// The calls that have a statement: of `sql!`, even in another macro's body, and otherwise of sqlx.
    pub calls: BTreeSet<Place>,
    /// What could not be expanded.
    pub problems: BTreeSet<String>,
}

/// Expands a file.
pub fn expand(sources: &Sources, file: usize, found: &mut Found) {
    let (macros, values) = Default::default();
    let mut walk = Walk { sources, file, found, macros, values, caller: None, call: None, depth: 0 };
    walk.walk(&sources.0[file].trees, &[Database::Postgres, Database::Sqlite]);
}

/// Deeper calls are taken for endless ones.
const DEPTH: usize = 40;

struct Walk<'a> {
    sources: &'a Sources,
    file: usize,
    found: &'a mut Found,
    /// The macros of the functions around.
    macros: Vec<Rc<Macro>>,
    /// The variables of the functions around, with their possible values.
    values: Vec<(String, Vec<Vec<Tree>>)>,
    caller: Option<Place>,
    /// The call of `sql!` around.
    call: Option<Place>,
    depth: usize,
}

impl Walk<'_> {
    /// Finds the statements in `trees`, which run on some of the databases.
    fn walk(&mut self, trees: &[Tree], around: &[Database]) {
        let scope = (self.macros.len(), self.values.len());
        let mut runs_on = around.to_vec();
        // The database of an `if let Tx::Sqlite(tx) = ...`, until its block.
        let mut condition = None;
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            let rest = &trees[at..];
            if let Some((defined, size)) = Macro::defined(rest, self.sources.0[self.file].home) {
                self.macros.push(Rc::new(defined));
                at += size;
                continue;
            }
            self.values.extend(variable(rest));
            if let Some((database, after)) = database_pattern(rest) {
                match trees.get(at + after) {
                    Some(next) if next.is_mark("=>") => runs_on = only(around, database),
                    Some(next) if next.is_mark("=") && is_condition(&trees[..at]) => condition = Some(database),
                    _ => {}
                }
            }
            if let Some((place, size)) = sqlx_call(rest) {
                let sql = trees.get(at + size - 1).and_then(|last| last.group('(')).map(|argument| self.eval(argument));
                self.note(place, &runs_on, sql.unwrap_or_else(|| Err("no argument".to_owned())));
                at += size;
                continue;
            }
            if let Some((place, head)) = query_builder(rest) {
                let sql = self.built(head, rest);
                self.note(place, &runs_on, sql);
            }
            if let Some(call) = MacroCall::at(rest) {
                self.walk_macro(&call, &runs_on);
                at += call.size;
                continue;
            }
            match tree {
                Tree::Group('{', inner) if condition.is_some() => {
                    let database = condition.take().unwrap_or(Database::Postgres);
                    self.walk(inner, &only(&runs_on, database));
                }
                Tree::Group(_, inner) => self.walk(inner, &runs_on),
                Tree::Leaf(_) => {}
            }
            at += 1;
        }
        self.macros.truncate(scope.0);
        self.values.truncate(scope.1);
    }

    /// Finds the statements of a macro call: in its expansion, or in its arguments if the macro is a foreign one.
    fn walk_macro(&mut self, call: &MacroCall<'_>, runs_on: &[Database]) {
        let Some(definition) = self.definition(call) else { return self.walk(call.input, runs_on) };
        let (caller, outer) = (self.caller, self.call);
        self.caller = caller.or(Some(call.place));
        if definition.name == "sql" {
            self.call = outer.or(Some(call.place));
        }
        self.depth += 1;
        match definition.expand(call.input) {
            Ok(_) if self.depth > DEPTH => self.problem(call.place, "the macro calls itself without end"),
            Ok(expansion) => self.walk(&expansion, runs_on),
            Err(problem) => self.problem(call.place, &problem),
        }
        self.depth -= 1;
        (self.caller, self.call) = (caller, outer);
    }

    fn definition(&self, call: &MacroCall<'_>) -> Option<Rc<Macro>> {
        let local = || self.macros.iter().rev().find(|local| call.path.len() == 1 && local.name == call.path[0]);
        local().cloned().or_else(|| self.sources.find_macro(self.file, &call.path))
    }

    /// Notes a statement. One that may run on both is a call of sqlx without a `match` around it: these have a pool of
    /// Postgres. One that runs on none is in an arm of one database inside of an arm of the other.
    fn note(&mut self, place: Place, runs_on: &[Database], sql: Result<Vec<String>, String>) {
        let (call, caller) = (self.call.unwrap_or(place), self.caller.unwrap_or(place));
        match sql {
            Ok(texts) => {
                self.found.calls.insert(call);
                let Some(&database) = runs_on.first() else { return };
                self.found.statements.extend(texts.into_iter().map(|sql| Statement { caller, database, sql }));
            }
            Err(problem) => self.problem(caller, &problem),
        }
    }

    fn problem(&mut self, place: Place, problem: &str) {
        let line = self.sources.line(self.caller.unwrap_or(place));
        self.found.problems.insert(format!("{line}: {problem}"));
    }

    /// The possible values of an expression that is a text.
    fn eval(&mut self, trees: &[Tree]) -> Result<Vec<String>, String> {
        self.depth += 1;
        let value = if self.depth > DEPTH { Err("it depends on itself".to_owned()) } else { self.eval_deep(trees) };
        self.depth -= 1;
        value
    }

    fn eval_deep(&mut self, trees: &[Tree]) -> Result<Vec<String>, String> {
        if let Some(call) = MacroCall::at(trees).filter(|call| call.size == trees.len()) {
            if call.path == ["concat"] {
                return self.joined(&parts(call.input));
            }
            let definition = self.definition(&call).ok_or_else(|| format!("{}! is unknown", call.path.join("::")))?;
            return self.eval(&definition.expand(call.input)?);
        }
        match trees {
            [mark, rest @ ..] if mark.is_mark("&") => self.eval(rest),
            [Tree::Group('(' | '{', inner)] => self.eval(inner),
            [tree] if tree.text().is_some() => Ok(tree.text().map(str::to_owned).into_iter().collect()),
            [tree] if tree.word().is_some_and(|word| word.parse::<u64>().is_ok()) => Ok(vec![show(trees)]),
            [Tree::Leaf(leaf)] => {
                let local =
                    self.values.iter().rev().find(|(name, _)| *name == leaf.text).map(|(_, values)| values.clone());
                let constant = || self.sources.constant(self.file, &leaf.text).map(|value| vec![value.to_vec()]);
                let values = local.or_else(constant).ok_or_else(|| format!("the value of {} is unknown", leaf.text))?;
                let texts: Result<Vec<_>, _> = values.iter().map(|value| self.eval(value)).collect();
                Ok(texts?.concat())
            }
            [name, Tree::Group('(', argument)] if name.is_word("AssertSqlSafe") => self.eval(argument),
            [name, Tree::Group('(', arguments)] if name.is_word("columns") => self.columns(&parts(arguments)),
            _ => Err(format!("no text that can be read from the source: {}", show(trees))),
        }
    }

    /// Every combination of the parts' values, joined.
    fn joined(&mut self, parts: &[&[Tree]]) -> Result<Vec<String>, String> {
        let mut joined = vec![String::new()];
        for part in parts {
            let ends = self.eval(part)?;
            joined = joined.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}"))).collect();
        }
        Ok(joined)
    }

    /// What the function `columns` of the imports returns: a head, one array per column, a tail.
    fn columns(&mut self, arguments: &[&[Tree]]) -> Result<Vec<String>, String> {
        let [head, [_, Tree::Group('[', types)], tail] = arguments else { return Err("other columns".to_owned()) };
        let mut arrays = Vec::new();
        for (at, name) in parts(types).into_iter().enumerate() {
            arrays.push(format!("${}::{}[]", at + 1, self.joined(&[name])?.concat()));
        }
        let (head, tail) = (self.eval(head)?.concat(), self.eval(tail)?.concat());
        Ok(vec![format!("{head} select * from unnest({}) {tail}", arrays.join(", "))])
    }

    /// What a `QueryBuilder` builds: a head, `values` with one row, a tail.
    fn built(&mut self, head: &[Tree], rest: &[Tree]) -> Result<Vec<String>, String> {
        let argument = |name: &str| {
            let call = rest.windows(2).find(|pair| pair[0].is_word(name));
            call.and_then(|pair| pair[1].group('(')).ok_or_else(|| format!("a QueryBuilder without {name}"))
        };
        let binds = vec!["?"; show(argument("push_values")?).matches("push_bind").count()].join(", ");
        let (head, tail) = (self.eval(head)?.concat(), self.eval(argument("push")?)?.concat());
        Ok(vec![format!("{head}values ({binds}){tail}")])
    }
}

/// `path::name!(input)`.
struct MacroCall<'a> {
    path: Vec<String>,
    place: Place,
    input: &'a [Tree],
    size: usize,
}

impl<'a> MacroCall<'a> {
    fn at(trees: &'a [Tree]) -> Option<Self> {
        let bang = trees.iter().take(16).position(|tree| tree.is_mark("!"))?;
        let Tree::Group(_, input) = trees.get(bang + 1)? else { return None };
        let Some(Tree::Leaf(last)) = trees[..bang].last() else { return None };
        let mut path = Vec::new();
        for (at, tree) in trees[..bang].iter().enumerate() {
            match tree.word() {
                Some(word) if at % 2 == 0 => path.push(word.to_owned()),
                None if at % 2 == 1 && tree.is_mark("::") => {}
                _ => return None,
            }
        }
        (bang % 2 == 1).then(|| Self { path, place: last.place, input, size: bang + 2 })
    }
}

fn only(databases: &[Database], one: Database) -> Vec<Database> {
    databases.iter().copied().filter(|database| *database == one).collect()
}

/// The database of a pattern's `::Postgres(x)` or `::Sqlite(x)`, and how many trees that takes.
fn database_pattern(trees: &[Tree]) -> Option<(Database, usize)> {
    let [colons, name, Tree::Group('(', _), ..] = trees else { return None };
    match name.word().filter(|_| colons.is_mark("::"))? {
        "Postgres" => Some((Database::Postgres, 3)),
        "Sqlite" => Some((Database::Sqlite, 3)),
        _ => None,
    }
}

/// Whether the trees end in `if let` and the start of a path.
fn is_condition(before: &[Tree]) -> bool {
    let start = before.iter().rposition(|tree| tree.is_word("let"));
    start.is_some_and(|start| start > 0 && before[start - 1].is_word("if") && before.len() <= start + 4)
}

/// The variable of a `let name = value;`, a `const` in a function or a `for name in [value, ...]`.
fn variable(trees: &[Tree]) -> Option<(String, Vec<Vec<Tree>>)> {
    let keyword = trees[0].word().filter(|word| ["let", "const", "for"].contains(word))?;
    let name = trees[1..].iter().find(|tree| !tree.is_word("mut"))?.word()?;
    if keyword == "for" {
        let list = trees[2..].iter().take(3).find_map(|tree| tree.group('['))?;
        return Some((name.to_owned(), parts(list).into_iter().map(<[Tree]>::to_vec).collect()));
    }
    let end = trees.iter().position(|tree| tree.is_mark(";"))?;
    let equals = trees[..end].iter().position(|tree| tree.is_mark("="))?;
    Some((name.to_owned(), vec![trees[equals + 1..end].to_vec()]))
}

/// The place of the `sqlx::query...(...)` that `trees` start with, and how many trees it takes.
fn sqlx_call(trees: &[Tree]) -> Option<(Place, usize)> {
    let [Tree::Leaf(first), colons, name, next, ..] = trees else { return None };
    if first.text != "sqlx" || !colons.is_mark("::") || !name.word()?.starts_with("query") {
        return None;
    }
    if !next.is_mark("::") {
        return next.group('(').map(|_| (first.place, 4));
    }
    let mut depth = 0;
    let types = trees[4..].iter().position(|tree| {
        depth += i32::from(tree.is_mark("<")) - i32::from(tree.is_mark(">"));
        depth == 0
    })?;
    Some((first.place, 4 + types + 2))
}

/// The place of the `QueryBuilder::<Sqlite>::new(head)` that `trees` start with, and the head.
fn query_builder(trees: &[Tree]) -> Option<(Place, &[Tree])> {
    let [Tree::Leaf(first), _, _, _, _, _, new, head, ..] = trees else { return None };
    (first.text == "QueryBuilder" && new.is_word("new")).then_some((first.place, head.group('(')?))
}
