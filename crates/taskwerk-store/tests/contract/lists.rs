//! Lists.

use super::{Database, Handle, Time, id, ids, step, worker};
use jiff::SignedDuration;
use taskwerk_model::{
    Add, Assignee, Children, Command, Guard, ListQuery, Patch, Priority, Reason, Selector, Session, Sort,
    Status, Tag, Title, Verb,
};

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

/// Six tasks: 1 done, 2 a container of 2.1 and 2.2 (which waits for 2.1), 3 waits for 1, 4 blocked.
fn house<H: Handle>(handle: &H) {
    let add = |title: &str, parent: Option<&str>, on: Option<&str>, fields: Patch| {
        let add = Add {
            parent: parent.map(id),
            depends_on: on.map(id).into_iter().collect(),
            fields,
            ..Add::new(Title::parse(title).unwrap())
        };
        handle.execute(Command::Add(Box::new(add))).unwrap();
    };
    let fields = |priority, tags: &[&str]| Patch {
        priority: Some(priority),
        add_tags: tags.iter().map(|text| tag(text)).collect(),
        ..Patch::default()
    };
    add("Lay the FLOOR", None, None, fields(Priority::Low, &["wood"]));
    add("Walls", None, None, fields(Priority::High, &[]));
    add("Brick", Some("2"), None, fields(Priority::Medium, &["stone"]));
    add("Plaster", Some("2"), Some("2.1"), fields(Priority::Critical, &["stone", "wet"]));
    let assignee = Assignee::parse("@bob").unwrap().into();
    add("Door", None, Some("1"), Patch { assignee, ..fields(Priority::High, &["wood"]) });
    let description = "Straße und ÄRGER".to_owned().into();
    add("Roof", None, None, Patch { description, ..fields(Priority::Critical, &[]) });
    handle.execute(step("1", Verb::Complete)).unwrap();
    let reason = Some(Reason::parse("rain").unwrap());
    let (children, guard) = (Children::Refuse, Guard::default());
    handle.execute(Command::Move { task: id("4"), to: Verb::Block, reason, children, guard }).unwrap();
    handle.execute(Command::Note { task: id("3"), text: "ask the Smith".to_owned() }).unwrap();
}

#[track_caller]
fn check<H: Handle>(handle: &H, query: ListQuery, expected: &str) {
    assert_eq!(ids(&handle.list(&query).unwrap()), expected, "{query:?}");
}

pub(crate) fn conditions_are_all_met<D: Database>() {
    let handle = D::fresh().connect(&Time::default());
    house(&handle);
    let open = "TASK-002 TASK-002.1 TASK-002.2 TASK-003 TASK-004";
    let any = ListQuery::default;
    check(&handle, any(), open);
    check(&handle, ListQuery { include_closed: true, ..any() }, &format!("TASK-001 {open}"));
    check(&handle, ListQuery { include_closed: true, limit: Some(2), ..any() }, "TASK-001 TASK-002");
    check(&handle, ListQuery { statuses: vec![Status::Done, Status::Blocked], ..any() }, "TASK-001 TASK-004");
    check(&handle, ListQuery { priorities: vec![Priority::High], ..any() }, "TASK-002 TASK-003");
    let bobs = Some(Assignee::parse("@bob").unwrap());
    let both = ListQuery { assignee: bobs, priorities: vec![Priority::Low], ..any() };
    check(&handle, both, "");
    check(&handle, ListQuery { tags: vec![tag("wet"), tag("wood")], ..any() }, "TASK-002.2 TASK-003");
    check(&handle, ListQuery { tags: vec![tag("we")], ..any() }, "");
    check(&handle, ListQuery { parent: Some(id("2")), ..any() }, "TASK-002.1 TASK-002.2");
    check(&handle, ListQuery { session: Some(Session::parse("s").unwrap()), ..any() }, "");
}

pub(crate) fn search_finds_text_anywhere_whatever_its_case<D: Database>() {
    let handle = D::fresh().connect(&Time::default());
    house(&handle);
    let search = |text: &str| ListQuery {
        search: Some(text.to_owned()),
        include_closed: true,
        ..ListQuery::default()
    };
    check(&handle, search("floor"), "TASK-001");
    check(&handle, search("ärger"), "TASK-004");
    check(&handle, search("SMITH"), "TASK-003");
    check(&handle, search("%"), "");
    check(&handle, ListQuery { tags: vec![tag("stone")], ..search("PLASTER") }, "TASK-002.2");
    check(&handle, ListQuery { limit: Some(1), ..search("o") }, "TASK-001");
}

pub(crate) fn selectors_name_tasks<D: Database>() {
    let handle = D::fresh().connect(&Time::default());
    house(&handle);
    let select = |text: &str| ListQuery::from(text.parse::<Selector>().unwrap());
    check(&handle, select("3,1"), "TASK-001 TASK-003");
    check(&handle, select("done"), "TASK-001");
    check(&handle, select("ready"), "TASK-003 TASK-002.1");
    let refusal = handle.list(&select("1,9")).unwrap_err();
    assert_eq!(refusal.to_string(), "no task TASK-009");
}

pub(crate) fn ready_tasks_come_by_priority_then_age<D: Database>() {
    let time = Time::default();
    let handle = D::fresh().connect(&time);
    house(&handle);
    time.advance(1);
    let mut urgent = Add::new(Title::parse("late but high").unwrap());
    urgent.fields.priority = Some(Priority::High);
    handle.execute(Command::Add(Box::new(urgent))).unwrap();
    let ready = ListQuery::from(Selector::Ready);
    check(&handle, ready.clone(), "TASK-003 TASK-005 TASK-002.1");
    let ttl = SignedDuration::from_mins(10);
    let claim = Command::Claim { task: id("3"), worker: worker("bob"), ttl, guard: Guard::default() };
    handle.execute(claim).unwrap();
    check(&handle, ready.clone(), "TASK-005 TASK-002.1");
    assert_eq!(handle.claim_next(worker("eve")).unwrap().task, id("5"));
    time.advance(10);
    check(&handle, ListQuery { limit: Some(1), ..ready }, "TASK-003");
}

pub(crate) fn a_container_passes_on_what_it_waits_for_and_that_it_is_parked<D: Database>() {
    let handle = D::fresh().connect(&Time::default());
    house(&handle);
    let ready = |expected: &str| check(&handle, ListQuery::from(Selector::Ready), expected);
    let act = |task: &str, to: Verb| {
        let reason = Some(Reason::parse("why").unwrap());
        let (children, guard) = (Children::Refuse, Guard::default());
        handle.execute(Command::Move { task: id(task), to, reason, children, guard }).unwrap();
    };
    let on = |task: &str, on: &str| (id(task), id(on), Guard::default());
    ready("TASK-003 TASK-002.1");
    act("2", Verb::Block);
    ready("TASK-003");
    act("2", Verb::Unblock);
    let (task, target, guard) = on("2", "3");
    handle.execute(Command::AddDependency { task, on: target, guard }).unwrap();
    ready("TASK-003");
    act("3", Verb::Complete);
    ready("TASK-002.1");
    act("3", Verb::Reopen);
    ready("TASK-003");
    let (task, target, guard) = on("2", "3");
    handle.execute(Command::RemoveDependency { task, on: target, guard }).unwrap();
    ready("TASK-003 TASK-002.1");
}

pub(crate) fn orders<D: Database>() {
    let time = Time::default();
    let handle = D::fresh().connect(&time);
    house(&handle);
    time.advance(1);
    let due = |task: &str, day: &str| {
        let patch = Patch { due: day.parse::<taskwerk_model::Due>().unwrap().into(), ..Patch::default() };
        handle
            .execute(Command::Update { task: id(task), patch: Box::new(patch), guard: Guard::default() })
            .unwrap();
        time.advance(1);
    };
    due("3", "2030-05-02");
    due("2.1", "2030-05-02T10:00:00Z");
    due("4", "2030-05-01");
    let by = |sort| ListQuery { sort, ..ListQuery::default() };
    check(&handle, by(Sort::Priority), "TASK-002.2 TASK-004 TASK-002 TASK-003 TASK-002.1");
    check(&handle, by(Sort::Due), "TASK-004 TASK-002.1 TASK-003 TASK-002 TASK-002.2");
    check(&handle, by(Sort::Updated), "TASK-004 TASK-002.1 TASK-003 TASK-002 TASK-002.2");
    check(&handle, by(Sort::Title), "TASK-002.1 TASK-003 TASK-002.2 TASK-004 TASK-002");
    check(&handle, by(Sort::Status), "TASK-002 TASK-002.1 TASK-002.2 TASK-003 TASK-004");
    let reverse = ListQuery { reverse: true, ..by(Sort::Id) };
    check(&handle, reverse, "TASK-004 TASK-003 TASK-002.2 TASK-002.1 TASK-002");
}
