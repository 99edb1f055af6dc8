//! The project itself, where the document says how it is laid out or what it is made of.
//!
//! Nearly every document tells its technologies, and hardly any that somebody has to put them together first. Where one
//! says how its folders lie, what at least two of its layers are made of or three technologies that it uses, or where its
//! order of building begins with the project, that is work, unless some item does it.

use super::category::category_of;
use super::draft::{Draft, Source};
use super::language::{language, prepared, table};
use super::role::Role;
use super::tree::NodeKind;
use crate::Category;
use crate::phrases::Phrases;
use crate::words::{fold, is_packed, list, plain_text, plain_words, runs};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Documents with less work than this need no project of their own.
const FEWEST_ITEMS: usize = 3;
/// So many layers have to be told.
const FEWEST_LAYERS: usize = 2;
/// Or so many technologies.
const FEWEST_TECHNOLOGIES: usize = 3;

/// What projects are made of, each one word as it is written in any language.
const TECHNOLOGIES: &str = "angular, axum, aws, azure, celery, cassandra, deno, django, docker, dotnet, duckdb, electron, elasticsearch, \
    elixir, express, fastapi, firebase, flask, flutter, gcp, go, golang, graphql, gin, htmx, hono, java, javascript, jinja2, \
    kafka, kotlin, kubernetes, laravel, langchain, mariadb, mongodb, mysql, nestjs, next, nextjs, nginx, node, numpy, nuxt, \
    openai, pandas, php, postgres, postgresql, prisma, python, pytorch, rabbitmq, rails, react, redis, redux, ruby, rust, sass, \
    scala, spring, sqlalchemy, sqlite, stripe, supabase, svelte, sveltekit, swift, swiftui, tailwind, tauri, tensorflow, terraform, \
    traefik, typescript, unity, vercel, vite, vue, webpack, zustand";

/// Adds the project where it is asked for.
pub(super) fn add(drafts: &mut Vec<Draft>, sources: &[Source<'_>]) {
    let sets_up = |draft: &Draft| {
        let setup = |title: &String| category_of(title) == Category::Setup || speaks_of_it(title);
        draft.category == Some(Category::Setup) || setup(&draft.title) || draft.scope.iter().any(setup)
    };
    let work = drafts.iter().filter(|draft| !draft.container && !draft.gone);
    if work.clone().count() < FEWEST_ITEMS || work.clone().any(sets_up) {
        return;
    }
    let rules: [fn(&Source<'_>) -> Option<Draft>; 3] = [laid_out, layered, spoken_of];
    drafts.extend(rules.iter().find_map(|rule| sources.iter().find_map(rule)));
}

/// The project of a document that draws its folders.
fn laid_out(source: &Source<'_>) -> Option<Draft> {
    let index = (1..source.tree.nodes.len()).find(|&index| {
        let node = source.tree.node(index);
        let draws = source.tree.children(index).any(|(_, child)| matches!(child.kind, NodeKind::Code))
            || next_is_code(source, index);
        let heads = matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro | NodeKind::Item { .. });
        heads && draws && named_structure(&node.label.name) && plays(source.roles[index])
    })?;
    Some(project(source, index, Vec::new()))
}

/// `2. Directory structure:` is an item, and what it draws stands behind the list.
fn next_is_code(source: &Source<'_>, index: usize) -> bool {
    let next = source.tree.nodes.get(index + 1);
    next.is_some_and(|next| matches!(next.kind, NodeKind::Code))
}

fn named_structure(name: &str) -> bool {
    let words = plain_words(name);
    let structure = table!(structure).any(|structure| {
        let packed = structure.chars().any(is_packed);
        packed && name.contains(structure)
            || words.last().is_some_and(|last| last == structure)
            || words.first().is_some_and(|first| first == structure)
    });
    structure && name.split_whitespace().count() <= 5
}

fn plays(role: Role) -> bool {
    matches!(role, Role::Usage | Role::Architecture | Role::Appendix | Role::Unknown)
}

/// The project of a document that says what its layers are made of: `Backend: Django`, `Database: PostgreSQL`.
fn layered(source: &Source<'_>) -> Option<Draft> {
    let mut names = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut said = Vec::new();
    let mut first = None;
    for (index, node) in source.tree.nodes.iter().enumerate() {
        let told = matches!(node.kind, NodeKind::Item { .. } | NodeKind::Row { .. } | NodeKind::Text);
        if !told || source.roles[index] != Role::Architecture {
            continue;
        }
        let technologies = technologies(&node.label.full());
        let name = plain_text(&node.label.name);
        let layer = table!(layers).find(|layer| {
            let packed = layer.chars().any(is_packed);
            node.label.named && (packed && node.label.name.contains(layer) || *layer == name)
        });
        // `Frontend: React. Backend: Django.` in one sentence.
        let lower = node.label.full().to_lowercase();
        let inline = table!(layers).filter(|layer| {
            lower
                .find(layer)
                .and_then(|at| lower.get(at + layer.len()..))
                .is_some_and(|rest| rest.starts_with(": "))
        });
        let layers: Vec<&str> = layer.into_iter().chain(inline).collect();
        if !layers.is_empty() || !technologies.is_empty() {
            names.extend(layers);
            used.extend(technologies);
            said.push(node.label.full());
            first = first.or(Some(index));
        }
    }
    let first = first.filter(|_| names.len() >= FEWEST_LAYERS || used.len() >= FEWEST_TECHNOLOGIES)?;
    Some(project(source, source.tree.node(first).parent, said))
}

fn technologies(text: &str) -> Vec<&'static str> {
    static NAMES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list(TECHNOLOGIES).collect());
    let named = runs(text).filter_map(|word| NAMES.get(&*fold(word)).copied());
    named.collect()
}

/// The project of a document whose order of building or roadmap speaks of it.
fn spoken_of(source: &Source<'_>) -> Option<Draft> {
    let index = (1..source.tree.nodes.len()).find(|&index| {
        let node = source.tree.node(index);
        let told = matches!(node.kind, NodeKind::Item { .. } | NodeKind::Text);
        if !told
            || !matches!(source.roles[index], Role::Chain | Role::Roadmap | Role::Phase | Role::Architecture)
        {
            return false;
        }
        speaks_of_it(&node.label.full())
    })?;
    Some(project(source, index, vec![source.tree.node(index).label.full()]))
}

fn speaks_of_it(text: &str) -> bool {
    static SET_UP: LazyLock<Phrases<()>> = LazyLock::new(|| prepared(|words| words.set_up));
    SET_UP.stand_in(text)
}

fn project(source: &Source<'_>, index: usize, said: Vec<String>) -> Draft {
    let mut draft = source.head(index);
    draft.aliases = vec![std::mem::replace(&mut draft.title, language(source).project.to_owned())].into();
    draft.body = said.into();
    if draft.body.is_empty() {
        draft.body.push(source.tree.node(index).label.name.clone());
    }
    draft.category = Some(Category::Setup);
    draft.confidence = 50;
    draft.list = usize::MAX;
    draft
}

#[cfg(test)]
mod tests {
    use crate::{Document, OutlineOptions, outline};

    fn titles(text: &str) -> Vec<String> {
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let plan = outline(&[document], &OutlineOptions::default());
        plan.items.iter().map(|item| item.title.clone()).collect()
    }

    const FEATURES: &str = "# Ferry\n## Features\n- **Map**: a\n- **Tickets**: b\n- **Seats**: c\n\n";

    #[test]
    fn a_drawn_structure_is_work() {
        let text = format!("{FEATURES}## Architecture\n### Directory structure\n```\nferry/\n  src/\n```\n");
        assert_eq!(titles(&text)[0], "Set up the project");
    }

    #[test]
    fn named_layers_are_work() {
        let text = format!("{FEATURES}## Architecture\n- Backend: Django\n- Database: PostgreSQL\n");
        assert_eq!(titles(&text)[0], "Set up the project");
    }

    #[test]
    fn one_technology_is_none() {
        let text = format!("{FEATURES}## Technology stack\n- Java programming language\n- Database: none\n");
        assert!(!titles(&text).contains(&"Set up the project".to_owned()));
    }

    #[test]
    fn what_an_item_does_is_not_added() {
        let text = format!(
            "{FEATURES}- **Project skeleton**: d\n\n## Architecture\n- Backend: Django\n- Database: PostgreSQL\n"
        );
        assert!(!titles(&text).contains(&"Set up the project".to_owned()));
    }
}
