//! English.

use super::Words;
use crate::outline::attribute::Attribute;
use crate::outline::role::Role;
use crate::{Category, Priority};

pub(super) const ENGLISH: Words = Words {
    small_words: "the, and, of, to, is, with, for",
    roles: &[
        (
            Role::Title,
            "product requirements document, product requirement document, prd, product brief, project brief, requirements \
             document, requirements specification, software requirements specification, srs",
        ),
        (
            Role::Overview,
            "overview, introduction, background, goal, objective, vision, mission, purpose, problem, problem statement, \
             motivation, context, summary, executive summary, abstract, about, why, scope, in scope, project scope, \
             solution, solution overview, value proposition, market, business case, business goal, project description, \
             opportunity, principle, design principle, guiding principle, convention, product vision, product overview, \
             project overview, elevator pitch, hypothesis",
        ),
        (
            Role::Persona,
            "persona, user persona, target user, target audience, audience, stakeholder, user, target group, user role, \
             role, who it is for, who is it for, actor, customer, user segment, customer segment, user profile",
        ),
        (
            Role::Experience,
            "user experience, ux, user flow, key user flow, entry point, entry points and first time user flow, core experience, ui ux highlight, advanced features and edge case, user journey, customer journey, ui ux, ui ux consideration, user \
             interface, design and user interface, ui design, look and feel, wireframe, mockup, design consideration, visual \
             design, ui, interface design, workflow, design, design guideline, brand guideline",
        ),
        (
            Role::Usage,
            "usage, usage example, example, how to use, getting started, quick start, quickstart, installation, command \
             reference, command line argument, command line configuration argument, use case, use case scenario, usage \
             scenario, scenario, sample, demo, supporting data description, supporting data, sample data, test data, data \
             description, error code, status code, response code, repository structure, directory structure, project \
             structure, folder structure, file structure, structural decomposition, module definition",
        ),
        (
            Role::Feature,
            "feature, core feature, key feature, features and functionality, features and functionalities, functionality, \
             functionalities, functional requirement, functional specification, feature list, main feature, product feature, \
             feature requirement, feature set, functional decomposition, capability, capability tree, core functionality, \
             must have, should have, could have, nice to have, stretch goal, core capability, feature breakdown, feature specification, feature description, functional scope, \
             core functionalities, key functionality, planned feature, detailed design, proposed design, \
             proposal, detailed proposal, proposed solution, proposed change",
        ),
        (Role::Story, "user story, story, epic, backlog, product backlog, user stories, job to be done"),
        (
            Role::Requirement,
            "requirement, technical requirement, specification, system requirement, product requirement, business \
             requirement",
        ),
        (
            Role::Architecture,
            "architecture, technical architecture, system architecture, technology, technology stack, tech stack, stack, \
             component, system component, technical specification, technical detail, technical design, system design, \
             technology choice, implementation detail, implementation note, technical overview, technical consideration, \
             infrastructure, infrastructure requirement, deployment, technologies, high level architecture",
        ),
        (
            Role::Data,
            "data model, data models, database schema, database, schema, entity, entities, data schema, database design, \
             domain model, data structure",
        ),
        (
            Role::Api,
            "api, apis, api endpoint, endpoint, api specification, api design, api reference, apis and integration, rest api, \
             http api, internal api, resource, integration, external integration, external service",
        ),
        (
            Role::Roadmap,
            "roadmap, development roadmap, implementation roadmap, development phase, implementation phase, implementation \
             plan, project plan, development plan, work plan, milestone, timeline, phase, delivery plan, release plan, build \
             plan, build phase, work breakdown, work breakdown structure, task, task list, task breakdown, deliverable, \
             project timeline, schedule, sprint plan, to do, todo, work item, work package, implementation step, plan, suggested phase, milestones and sequencing, \
             product roadmap, project phase, project milestone, development task, implementation task",
        ),
        (
            Role::Chain,
            "logical dependency chain, dependency chain, dependency graph, build order, implementation order, development \
             order, order of implementation, order of work, logical dependency, dependency order, task dependency, critical \
             path, implementation sequence, development sequence",
        ),
        (
            Role::Constraint,
            "constraint, technical constraint, limitation, assumption, assumptions and constraint, restriction, rule, \
             business rule, regulation, legal, compliance, coding standard, standard",
        ),
        (
            Role::Quality,
            "non functional requirement, nonfunctional requirement, quality, quality requirement, quality attribute, \
             performance, performance requirement, scalability, scalability and performance, security, security requirement, security consideration, \
             security and privacy, privacy, reliability, accessibility, usability, availability, maintainability, \
             compatibility",
        ),
        (
            Role::Dependency,
            "dependency, dependencies, prerequisite, library, libraries, third party library, external dependency, technical \
             dependency",
        ),
        (
            Role::Acceptance,
            "acceptance criteria, acceptance criterion, acceptance, definition of done, done when, exit criteria, entry \
             criteria, success criteria",
        ),
        (
            Role::Testing,
            "test strategy, testing, testing strategy, test plan, qa, quality assurance, test case, test scenario, \
             verification, verification and validation, test, validation plan",
        ),
        (
            Role::OutOfScope,
            "out of scope, non goal, non goals, nongoal, not in scope, excluded, exclusion, what we will not do, what it is \
             not, anti goal, won t have, wont have, not included, not now, drawback, alternative considered, alternative",
        ),
        (
            Role::Future,
            "future consideration, future enhancement, future work, future improvement, future feature, future, future \
             ecosystem component, future scope, future plan, long term vision, possible extension, idea, future idea, post \
             launch, future release",
        ),
        (
            Role::Risk,
            "risk, risk and mitigation, risks and mitigation, risk assessment, mitigation, technical risk, technical \
             challenge, challenge, threat, concern, resource constraint, known issue",
        ),
        (
            Role::Metrics,
            "success metric, metric, kpi, kpis, key performance indicator, measure of success, success measure, key metric, \
             north star metric",
        ),
        (
            Role::OpenQuestion,
            "open question, open issue, question, unresolved question, tbd, open point, open item",
        ),
        (
            Role::Appendix,
            "appendix, appendices, research, research finding, reference, glossary, term, terms concept explanation, terms \
             and concept, terminology, definition, definitions and acronym, acronym, abbreviation, changelog, change log, \
             revision history, version history, document history, history, resource link, link, faq, note, acknowledgement, \
             license, contributor, author, contact, approval, sign off, team, budget, competitor, competitive analysis, \
             further reading, see also, rollout, rollout plan, launch plan, go to market, marketing, pricing, project estimate, team size, \
             team composition, team size and composition, team size composition, narrative, resourcing, document title and version, elevator",
        ),
        (
            Role::Instruction,
            "instruction, instructions, rpg method, example prd, guideline, task master integration, output format, prompt, \
             system prompt, how to use this document, how to read this document, about this document, document structure",
        ),
    ],
    stages: "increment, iteration, milestone, month, phase, quarter, release, sprint, stage, version, wave, week",
    feature_words: "feature",
    attributes: &[
        (
            Attribute::Description,
            "description, what it does, what, how it works, how it works at a high level, how, behavior, behaviour, input, \
             inputs, output, outputs, details, detail, implementation, implementation details, technical details, logic, \
             functionality, responsibility, scope, notes, note, summary, overview, requirements, user story, story, flow, \
             parameters, parameter, request, response, returns, return, error handling, errors, edge cases, headers, body, \
             query parameters, path parameters, delivers, approach, key logic, content, contents",
        ),
        (
            Attribute::Benefit,
            "purpose, benefit, user benefit, why, why it s important, why it is important, why it matters, importance, goal, \
             goals, objective, value, business value, rationale, motivation, user value",
        ),
        (
            Attribute::Acceptance,
            "acceptance, acceptance criteria, acceptance criterion, ac, done when, definition of done, success criteria, test \
             strategy, testing, tests, test, verification, exit criteria, validation criteria, expected result",
        ),
        (
            Attribute::DependsOn,
            "depends on, dependency, dependencies, depends, requires, prerequisite, prerequisites, blocked by, needs, after",
        ),
        (
            Attribute::Estimate,
            "estimate, effort, estimated effort, estimated time, duration, time, time estimate, timeline, size, story points, \
             points",
        ),
        (Attribute::Priority, "priority, prio, importance level, moscow"),
        (Attribute::Files, "file, files, affected files, path, location"),
        (
            Attribute::Tasks,
            "task, tasks, deliverable, deliverables, key deliverables, key tasks, work items, steps, subtasks, features, work, to do, todo",
        ),
        (Attribute::Name, "name, title, feature, requirement, item, endpoint"),
        (Attribute::Alias, "id, no, nr, number, key, ref, code, story id, task id"),
        (
            Attribute::Aside,
            "owner, status, author, date, risk, risks, mitigation, impact, likelihood, fallback, trade offs, tradeoffs, \
             alternatives considered, alternatives, entry criteria, example, examples, assignee, deadline, version, users, \
             who, target, references, reference, see also, export, exports, maps to, maps to capability, out of scope, \
             decision",
        ),
    ],
    priorities: [
        (Priority::Critical, "p0, critical, blocker"),
        (Priority::High, "p1, high, must, mvp, required"),
        (Priority::Medium, "p2, medium, should, normal"),
        (Priority::Low, "p3, p4, low, could, nice to have, optional, may, stretch, wont, won t"),
    ],
    categories: &[
        (Category::Documentation, "documentation, docs, readme"),
        (
            Category::Setup,
            "setup, set up, scaffold, skeleton, bootstrap, initialis, initializ, infrastruct, foundation, boilerplate, \
             toolchain, repository",
        ),
        (Category::Test, "test, qa, benchmark, validation, verification suite, measurement"),
        (Category::Operations, "deploy, monitor, logging, release, rollout, backup, observab"),
        (Category::Api, "api, endpoint, rest, graphql, webhook, backend"),
        (Category::Ui, "ui, gui, frontend, dashboard, screen, page, form, view, widget, theme"),
        (Category::Data, "database, schema, storage, migration, persist"),
    ],
    first_verbs: "add, allow, assign, attach, build, cancel, choose, clone, close, collect, compare, compress, configure, connect, \
                  convert, copy, create, decrypt, define, delete, deploy, detect, develop, disable, display, download, edit, \
                  enable, encrypt, enter, expose, extend, extract, fetch, filter, find, fix, follow, generate, give, handle, \
                  hide, highlight, identify, implement, import, improve, insert, install, integrate, invite, keep, let, list, \
                  load, lock, maintain, make, manage, mark, measure, merge, migrate, move, notify, parse, pin, play, prevent, \
                  print, protect, provide, publish, read, receive, refactor, register, remove, rename, render, reorder, \
                  replace, reply, reset, resize, restore, resume, retrieve, run, save, scan, search, select, send, serve, set, \
                  share, show, sort, split, start, stop, store, submit, subscribe, suggest, switch, sync, synchronise, \
                  synchronize, tag, track, translate, trigger, undo, unlock, update, upload, validate, verify, view, \
                  visualise, visualize, watch, write",
    last_verbs: "",
    of: "of, and",
    role_or_thing: "actor, approval, audience, author, budget, competitor, component, contact, customer, database, deliverable, \
                    demo, design, entity, example, history, idea, integration, interface, link, metric, milestone, note, \
                    performance, plan, privacy, prompt, question, reference, research, resource, role, rule, sample, scenario, \
                    schedule, schema, security, sprint, stakeholder, standard, story, task, team, term, test, testing, \
                    timeline, todo, ui, user, workflow",
    attribute_or_thing: "alternatives, content, contents, error handling, errors, export, exports, file, files, flow, headers, \
                         location, notes, path, points, requests, returns, stories, story, target, task, tasks, tests, time, \
                         timeline, to do, todo, users, work, steps",
    kinds: "area, capability, component, deliverable, endpoint, entity, epic, feature, goal, improvement, item, module, objective, \
            requirement, resource, service, step, story, subsystem, task, theme, user story, work item, work package",
    work_names: "us, story, task, t, epic, feature, f, feat, item",
    subjects: "the system, the application, the app, the program, the software, the tool, the product, the platform, the service, \
               users, the user, a user, user, it, we",
    must: "must be able to, should be able to, shall be able to, must allow users to, should allow users to, shall allow users to, \
           allows users to, must provide, should provide, shall provide, must, should, shall, will, can, needs to",
    abilities: "ability to, allow users to, allows users to, enable users to, be able to, it's necessary to, it is necessary to",
    story_starts: "as a, as an, as the",
    story_wants: "i want to be able to, i want to, i want, i would like to, i'd like to, i need to, i can",
    story_reasons: "so that, so i can, in order to",
    before_name: "depends on , depend on , dependent on , requires , require , needs , after , once , builds on , build on , based \
                  on , relies on , taken from , blocked by , prerequisite, following ",
    before_sentence: "",
    needs: "needs, need, requires, require, depends on, depend on, after, on top of",
    then: "then, ->",
    and: " and , & ",
    nothing: "none, -, n/a, nothing",
    fillers: "the, and, of, or, for, a, an, section, our, my, key, main, core, list, detail, detailed, high, level, project, product, \
              software, application, system",
    generic: "add advanced basic build configure create data develop enhance feature implement improve initial install integrate \
              manage new optimize service set setup support system update",
    background: "queue, queues, queueing, job, jobs, worker, workers, scheduler, broker",
    background_beside: "system, systems, service, background, async, asynchronous, processing, infrastructure, task, message, redis, \
                        celery",
    access: "authent, authoriz, authoris, oauth, auth0, login",
    known: "authenticated, authentication, auth0, logged in, log in, login, signed in, sign in, user specific, per user, protected \
            endpoint, protected route, role based",
    access_at: "for, to, in, on, at, with, ui, screen, page, view, form, middleware, test, tests",
    asking: "must, should, shall, necessary, need, needs, required",
    own_kinds: "custom, its own, own, hand-written",
    own_kinds_behind: "",
    own_verbs: "require, requires, implement, use, uses, needs, provide",
    own_verbs_behind: "",
    own_articles: "a",
    own_ends: "and cannot, and must not, and may not, instead, rather than, so that, that, to, for",
    optional: "optional, nice to have, stretch goal",
    hard: "authenti, authoriz, concurren, distribut, encrypt, integra, machine, migra, offline, optimi, parallel, payment, pipeline, \
           realtime, real, recurs, scal, secur, schedul, stream, synchron, transaction, workflow",
    minutes: "min, mins, minute, minutes",
    hours: "h, hr, hrs, hour, hours",
    days: "d, day, days",
    weeks: "w, wk, wks, week, weeks",
    to: "to",
    data: "data",
    bringing: "acqui, collect, import, ingest, load, prepar, process",
    tests: "test, valid, verif, qa, quality, assurance, and, acceptance, integration, unit, automated, end, to, e2e, final, system",
    reports: "report, and, generat, result, summar",
    one_each: "task, feature, deliverable, story, user story, item, name",
    deployment: "deployment, deploy, hosting, release",
    deploy: "Set up the deployment",
    set_up: "project setup, initial setup, environment setup, repository setup, set up the project, scaffold, scaffolding, skeleton, boilerplate, project structure",
    structure: "structure, layout",
    components: "component, components, core components, system components, main components, modules, services, building blocks",
    making: "generation, creation, capture, registration, import, catalogue, catalog, recording",
    layers: "backend, frontend, framework, database, language, storage, hosting, runtime, web server, cache, server, client, styling, package manager",
    data_model: "Set up the data model",
    interface: "Provide the API",
    project: "Set up the project",
    acceptance_tests: "Acceptance tests",
    provide: "Provide {}",
};
