//! Every route that the router serves × role × whose file × state of the exam day, each as a call over HTTP.
//!
//! Nothing is said here of a single route: who is let in is observed, and must be what the table of rights
//! (`access::policy`) says of some action, for every role in every state. The snapshot tells which action.
//! **A new route** needs its sound body in `tests/stories/world.rs` and, when it is about a new kind of
//! thing, one such thing in `stages.rs`; then look at its line in the snapshot.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "../common/mod.rs"]
mod common;
mod kept;
mod people;
mod stages;
#[path = "../stories/mod.rs"]
mod stories;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use common::{Answer, Engine, TestApp};
use futures_util::future::join_all;
use kept::Kept;
use parchemin::access::policy::{Action, Standing, require};
use people::{KINDS, Kind, Of, ROLES, Role, STAGES, Stage, standing};
use stages::{BY_CHAIR, BY_JUROR, DECIDED, Day, FILED, NAMES};
use stories::served::served;
use stories::{NOTHING, changed, everything, text_of};

type Route = (String, String);
type Cell = (Stage, Of, Role);

/// Open to whoever comes: the way in, the contract, the look. What they answer is in `every_route.rs`.
const OPEN: &[&str] = &[
    "/",
    "/sign-in",
    "/sign-out",
    "/assets/page.css",
    "/healthz",
    "/readyz",
    "/attestation/{token}",
    "/invitation/{token}",
    "/api/v1/openapi.json",
    "/api/v1/docs/{_:.*}",
    "/api/v1/sign-in",
    "/api/v1/password-resets",
];

/// Acts that anybody signed in may try: on oneself alone.
const ON_ONESELF: &[&str] = &["/api/v1/me/password", "/api/v1/sign-out"];

/// Where several actions would say the same of these people, or the thing is named in the body: which it is.
const NAMED: &[(&str, &str, Kind, Action)] = &[
    ("POST", "/api/v1/cohorts", Kind::Centre, Action::CreateCohort),
    ("POST", "/api/v1/juries", Kind::Cohort, Action::ComposeJury),
    ("POST", "/api/v1/juries/{id}/recusals", Kind::Seat, Action::Recuse),
    ("POST", "/api/v1/resits", Kind::Cohort, Action::PlanSitting),
    ("POST", "/api/v1/seats/{id}/declaration", Kind::Seat, Action::Declare),
    ("POST", "/api/v1/sittings", Kind::Cohort, Action::PlanSitting),
];

/// Routes that are closer than the table: why. Their whole grid is in the snapshot.
const OWN_GRID: &[(&str, &str, &str)] = &[
    ("PUT", "/api/v1/grids/{id}/choices", WRITTEN_BY_ITS_JUROR),
    ("PUT", "/api/v1/grids/{id}/scores", WRITTEN_BY_ITS_JUROR),
    ("PUT", "/api/v1/grids/{id}/scores/{criterion}", WRITTEN_BY_ITS_JUROR),
];

const WRITTEN_BY_ITS_JUROR: &str =
    "WriteScore on one's own sheet; there is nothing for anybody else, even once it may be read";

/// What somebody must not find in any answer at this stage, whatever they ask.
fn hidden(role: Role, stage: Stage) -> Vec<&'static str> {
    let all = || [NAMES, FILED, BY_CHAIR, BY_JUROR, DECIDED].concat();
    let veiled = stage < Stage::Signed;
    match role {
        Role::Administrator | Role::Manager | Role::Auditor if veiled => [BY_CHAIR, BY_JUROR].concat(),
        Role::Chair if veiled => BY_JUROR.to_vec(),
        Role::Juror if veiled => BY_CHAIR.to_vec(),
        Role::Recused if veiled => vec![BY_CHAIR[0], BY_CHAIR[1], BY_JUROR[1], FILED[1]],
        Role::Recused => vec![BY_CHAIR[1], BY_JUROR[1], FILED[1]],
        Role::Administrator | Role::Manager | Role::Auditor | Role::Chair | Role::Juror => Vec::new(),
        Role::Trainer => [BY_CHAIR, BY_JUROR, DECIDED].concat(),
        Role::Lina | Role::Omar => {
            let (mine, other) = if role == Role::Lina { (0, 1) } else { (1, 0) };
            let mut marks =
                vec![NAMES[other], FILED[other], BY_CHAIR[other], BY_JUROR[other], DECIDED[other]];
            marks.extend([BY_CHAIR[mine], BY_JUROR[mine]]);
            if stage < Stage::Published {
                marks.push(DECIDED[mine]);
            }
            marks
        }
        Role::ManagerElsewhere
        | Role::JurorElsewhere
        | Role::Nora
        | Role::DataProtection
        | Role::Disabled
        | Role::Revoked
        | Role::Nobody => all(),
    }
}

fn text(answer: &Answer) -> String {
    let pdf = answer.header("content-type") == Some("application/pdf");
    if pdf { text_of(&answer.bytes) } else { answer.text() }
}

#[derive(Default)]
struct Matrix {
    seen: BTreeMap<Route, BTreeMap<Cell, u16>>,
    wrong: Vec<String>,
    calls: usize,
    /// Which marks were found, and by whom.
    read: BTreeSet<(&'static str, Role)>,
}

impl Matrix {
    fn take(&mut self, route: &Route, cell: Cell, answer: &Answer) {
        self.calls += 1;
        let (stage, of, role) = cell;
        let body = text(answer);
        let refused = matches!(answer.status, 401 | 403 | 404);
        let all = [NAMES, FILED, BY_CHAIR, BY_JUROR, DECIDED].concat();
        self.read.extend(all.iter().filter(|mark| body.contains(**mark)).map(|mark| (*mark, role)));
        let marks = if refused { all } else { hidden(role, stage) };
        for mark in marks.into_iter().filter(|mark| body.contains(mark)) {
            self.wrong.push(format!("{route:?} {stage:?} {of:?}: {role:?} reads {mark} ({})", answer.status));
        }
        if answer.status >= 500 {
            self.wrong.push(format!("{route:?} {cell:?}: {} {body}", answer.status));
        }
        if !role.is_in() && answer.status < 400 && !OPEN.contains(&route.1.as_str()) {
            self.wrong.push(format!("{route:?} {cell:?}: let in"));
        }
        let before = self.seen.entry(route.clone()).or_default().insert(cell, answer.status);
        if before.is_some_and(|before| before != answer.status) {
            self.wrong.push(format!("{route:?} {cell:?}: {before:?}, then {}", answer.status));
        }
    }

    /// All of them at one stage, each on the world as it stood.
    async fn walk(&mut self, app: &TestApp, day: &Day, stage: Stage, routes: &BTreeSet<Route>) {
        let kept = Kept::of(app).await;
        for route in routes {
            for of in [Of::Lina, Of::Omar] {
                let Some(roles) = asking(day, of, &route.1) else { continue };
                if ["GET", "HEAD"].contains(&route.0.as_str()) {
                    let asked =
                        roles.iter().map(|role| day.world(of).ask(&day.people[role], &route.0, &route.1));
                    for (role, answer) in roles.iter().zip(join_all(asked).await) {
                        self.take(route, (stage, of, *role), &answer);
                    }
                    continue;
                }
                for role in roles {
                    let answer = day.world(of).ask(&day.people[&role], &route.0, &route.1).await;
                    self.take(route, (stage, of, role), &answer);
                    if answer.status < 400 {
                        kept.put_back();
                    }
                }
            }
        }
        kept.put_back();
        self.refusals_leave_nothing(app, day, stage).await;
    }

    /// Whatever was refused is asked again, all of it, and the database is the same afterwards.
    async fn refusals_leave_nothing(&mut self, app: &TestApp, day: &Day, stage: Stage) {
        let before = everything(app).await;
        let changes = |(method, _): &Route| !["GET", "HEAD"].contains(&method.as_str());
        let refused: Vec<(Route, Cell)> = self
            .seen
            .iter()
            .filter(|(route, _)| changes(route) && !OPEN.contains(&route.1.as_str()))
            .flat_map(|(route, cells)| {
                cells.iter().map(move |(cell, status)| (route.clone(), *cell, *status))
            })
            .filter(|(_, cell, status)| cell.0 == stage && matches!(status, 401 | 403 | 404))
            .map(|(route, cell, _)| (route, cell))
            .collect();
        for some in refused.chunks(16) {
            let asked = some
                .iter()
                .map(|((method, path), (_, of, role))| day.world(*of).ask(&day.people[role], method, path));
            for ((route, cell), answer) in some.iter().zip(join_all(asked).await) {
                self.take(route, *cell, &answer);
            }
        }
        let left: Vec<String> =
            changed(app, &before).await.into_iter().filter(|name| name != "idempotency").collect();
        assert_eq!(left, NOTHING, "{stage:?}: a refusal left something behind");
    }
}

/// Who asks for this candidate's, if there is such a thing; for Omar those to whom it makes a difference.
fn asking(day: &Day, of: Of, route: &str) -> Option<Vec<Role>> {
    let kind = route.strip_prefix("/api/v1/").unwrap_or(route).split('/').next().unwrap();
    let world = day.world(of);
    if route.contains("{id}") && world.things.all(kind).is_empty() {
        return None;
    }
    if of == Of::Lina {
        return Some(ROLES.map(|(role, _)| role).to_vec());
    }
    let first = day.world(Of::Lina);
    let same = first.address(route) == world.address(route) && first.body(route) == world.body(route);
    (!same).then(|| {
        vec![Role::Manager, Role::Trainer, Role::Chair, Role::Recused, Role::Lina, Role::Omar, Role::Nobody]
    })
}

/// What the table of rights says of somebody who stands so.
fn foretold(action: Action, role: Role, who: &Standing) -> char {
    if !role.is_in() {
        return '-';
    }
    match require(action, who) {
        Ok(()) => '✔',
        Err(refused) if refused.code() == "forbidden" => '✘',
        Err(_) => '·',
    }
}

fn letter(status: u16) -> char {
    match status {
        401 => '-',
        403 => '✘',
        404 => '·',
        _ => '✔',
    }
}

/// Kinds and actions that say what was observed, in every cell.
fn told_by(cells: &BTreeMap<Cell, u16>) -> Vec<(Kind, Action)> {
    let agrees = |kind: Kind, action: Action| {
        cells.iter().all(|((stage, of, role), status)| {
            foretold(action, *role, &standing(*role, kind, *of, *stage)) == letter(*status)
        })
    };
    let pairs = KINDS.into_iter().flat_map(|kind| Action::ALL.iter().map(move |action| (kind, *action)));
    pairs.filter(|(kind, action)| agrees(*kind, *action)).collect()
}

fn natural(route: &str) -> Kind {
    match route.strip_prefix("/api/v1/").unwrap_or(route).split('/').next().unwrap_or_default() {
        "cohorts" => Kind::Cohort,
        "enrolments" | "evidence" | "attestations" => Kind::Enrolment,
        "sittings" | "slots" => Kind::Sitting,
        "juries" | "deliberations" | "late-scores" | "decisions" => Kind::Jury,
        "seats" => Kind::Seat,
        "sheets" | "grids" | "documents" => Kind::Sheet,
        "summons" => Kind::Summons,
        "invitations" | "accounts" | "mails" => Kind::Centre,
        _ => Kind::Service,
    }
}

fn grid(cells: &BTreeMap<Cell, u16>) -> String {
    let mut lines: BTreeMap<(Stage, Of), String> = BTreeMap::new();
    for ((stage, of, role), status) in cells {
        let _ = write!(lines.entry((*stage, *of)).or_default(), " {role:?}{}{status}", letter(*status));
    }
    lines.iter().fold(String::new(), |all, ((stage, of), line)| format!("{all}\n    {stage:?} {of:?}:{line}"))
}

impl Matrix {
    /// One line for each route: what the table calls that which was observed.
    fn told(&mut self) -> String {
        let mut snapshot = String::new();
        for (route, cells) in &self.seen {
            let (method, path) = route;
            if OPEN.contains(&path.as_str()) {
                let _ = writeln!(snapshot, "{method:<6} {path}: open");
                continue;
            }
            let changes = !["GET", "HEAD"].contains(&method.as_str());
            let strangers = |role: &Role| matches!(role, Role::JurorElsewhere | Role::Nora);
            if changes && !ON_ONESELF.contains(&path.as_str()) {
                let mut near =
                    cells.iter().filter(|((_, _, role), status)| strangers(role) && letter(**status) == '✔');
                if let Some((cell, status)) = near.next() {
                    self.wrong.push(format!(
                        "{method} {path} {cell:?}: {status}: a stranger gets beyond the door (is its body in stories/world.rs sound?)"
                    ));
                }
            }
            let own =
                OWN_GRID.iter().find(|(known, at, _)| (known, at) == (&method.as_str(), &path.as_str()));
            if let Some((_, _, why)) = own {
                let _ = writeln!(snapshot, "{method:<6} {path}: {why}{}", grid(cells));
                continue;
            }
            let mut pairs = told_by(cells);
            let named = NAMED.iter().find(|row| (row.0, row.1) == (method.as_str(), path.as_str()));
            if let Some((_, _, kind, action)) = named {
                pairs.retain(|pair| pair == &(*kind, *action));
            }
            if pairs.iter().any(|(kind, _)| *kind == natural(path)) {
                pairs.retain(|(kind, _)| *kind == natural(path));
            }
            let Some((kind, _)) = pairs.first() else {
                self.wrong.push(format!("{method} {path}: the table has no action for this:{}", grid(cells)));
                continue;
            };
            let same = pairs.iter().filter(|(of, _)| of == kind).take(4);
            let names: Vec<String> = same.map(|(_, action)| format!("{action:?}")).collect();
            let _ = writeln!(snapshot, "{method:<6} {path}: {kind:?}: {}", names.join(" | "));
        }
        snapshot
    }
}

impl Matrix {
    /// The actions that the snapshot names say what was observed here too.
    fn agrees_with(&self, snapshot: &str) {
        let lines = snapshot.lines().filter_map(|line| line.split_once(": "));
        let mut compared = 0;
        for (route, told) in lines {
            let Some((method, path)) = route.split_once(char::is_whitespace) else { continue };
            let Some(cells) = self.seen.get(&(method.to_owned(), path.trim().to_owned())) else { continue };
            let Some((kind, names)) = told.split_once(": ") else { continue };
            let all: Vec<String> =
                told_by(cells).iter().map(|(of, action)| format!("{of:?} {action:?}")).collect();
            for name in names.split(" | ") {
                assert!(all.contains(&format!("{kind} {name}")), "{route}: {name} on SQLite, {all:?} here");
            }
            compared += 1;
        }
        assert!(compared > 90, "{compared}");
    }

    fn is_sound(&self, routes: &BTreeSet<Route>) {
        println!("{} calls, {} routes, {} faults", self.calls, self.seen.len(), self.wrong.len());
        let unasked: Vec<&Route> = routes.iter().filter(|route| !self.seen.contains_key(*route)).collect();
        assert!(unasked.is_empty(), "no such thing in stages.rs: {unasked:#?}");
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        // A mark that nobody could find would prove nothing.
        for mark in [NAMES, FILED, BY_CHAIR, BY_JUROR, DECIDED].concat() {
            assert!(self.read.contains(&(mark, Role::Manager)), "the manager never read {mark}");
        }
        assert!(self.calls > 5_000, "{}", self.calls);
    }
}

on_both_engines! {
    /// On PostgreSQL two stages of the six, for a time that can be waited for: one code path writes both.
    async fn what_is_observed_is_what_the_table_says(engine: Engine) {
        let app = TestApp::start(engine).await;
        let routes = served(&app).await;
        let mut day = Day::new(&app).await;
        let mut matrix = Matrix::default();
        for stage in STAGES {
            day.reach(stage).await;
            if engine == Engine::Sqlite || matches!(stage, Stage::Open | Stage::Published) {
                matrix.walk(&app, &day, stage, &routes).await;
            }
        }
        let snapshot = matrix.told();
        matrix.is_sound(&routes);
        if engine == Engine::Sqlite {
            insta::assert_snapshot!("observed", snapshot);
        } else {
            let kept = "tests/access_matrix/snapshots/access_matrix__what_is_observed_is_what_the_table_says__observed.snap";
            matrix.agrees_with(&std::fs::read_to_string(common::in_repository(kept)).unwrap());
        }
    }
}
