//! Facts of fictitious people, small enough to read.

use chrono::{DateTime, TimeZone, Utc};
use parchemin::documents::facts::*;

pub fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).single().unwrap()
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn certification() -> CertificationFacts {
    CertificationFacts {
        title: "Chef de projet data & intelligence artificielle".to_owned(),
        code: "CPDIA".to_owned(),
        version: "2024".to_owned(),
        awarding_body: "École fictive des données".to_owned(),
        registration: None,
    }
}

pub fn registered() -> CertificationFacts {
    let known = RegistrationFacts {
        number: "RNCP00000".to_owned(),
        level: "7".to_owned(),
        nsf: vec!["326n".to_owned()],
    };
    CertificationFacts { registration: Some(known), ..certification() }
}

fn centre() -> CentreFacts {
    CentreFacts {
        name: "Centre d’Île-Exemple".to_owned(), address: some("1, rue de l’Œuvre, 99000 Exemple")
    }
}

pub fn person(last: &str, first: &str) -> PersonFacts {
    PersonFacts { last_name: last.to_owned(), first_names: first.to_owned(), reference: None }
}

fn sitting() -> SittingFacts {
    SittingFacts {
        name: "Bloc 1 : étude de cas et jeu de rôle".replace(" :", "\u{a0}:"),
        starts_at: at(25, 8, 0),
        ends_at: Some(at(25, 16, 30)),
        place: some("Salle Ampère"),
    }
}

pub fn line(code: &str, text: &str, mark: LineMark, comment: Option<&str>) -> SheetLine {
    SheetLine {
        codes: vec![code.to_owned()],
        text: text.to_owned(),
        mark,
        comment: comment.map(str::to_owned),
    }
}

pub fn sheet() -> SheetFacts {
    let levels = [(1, "Non acquis"), (2, "Partiellement acquis"), (3, "Acquis")];
    let study = SheetMethod {
        title: "Étude de cas".to_owned(),
        choices: vec!["Apprentissage : classification".replace(" :", "\u{a0}:")],
        lines: vec![
            SheetLine {
                codes: vec!["C1.1".to_owned(), "C1.2".to_owned()],
                ..line(
                    "",
                    "Les différents besoins du client sont recueillis de façon efficace.",
                    LineMark::Scored { rank: 3 },
                    Some(
                        "Mise en œuvre claire ; l’affichage « avant–après » est chiffré à 1 200 €."
                            .replace("1 200 €", "1\u{202f}200\u{a0}€")
                            .as_str(),
                    ),
                )
            },
            line(
                "C1.3",
                "La veille est sourcée.",
                LineMark::Scored { rank: 1 },
                Some("Aucune source — à revoir."),
            ),
            line(
                "C1.4",
                "L’accessibilité est prise en compte, le cas échéant.",
                LineMark::NotApplicable { reason: some("projet sans interface") },
                None,
            ),
        ],
    };
    let play = SheetMethod {
        title: "Jeu de rôle".to_owned(),
        choices: Vec::new(),
        lines: vec![
            line(
                "C1.5",
                "L’écoute est active.",
                LineMark::NotObserved { reason: some("échange écourté") },
                None,
            ),
            line("C1.5", "La reformulation est juste.", LineMark::Scored { rank: 2 }, Some("Deux oublis.")),
        ],
    };
    SheetFacts {
        certification: certification(),
        centre: centre(),
        zone: "Europe/Paris".to_owned(),
        sitting: sitting(),
        candidate: PersonFacts { reference: some("D-0042"), ..person("Modèle", "Dominique Aïcha") },
        juror: JurorFacts {
            name: "Ariel Canevas".to_owned(),
            function: SeatFunction::Chair,
            occupation: some("Directrice de projet"),
            employer: some("Atelier Croquis"),
            external: true,
        },
        scale: levels.map(|(rank, label)| LevelFacts { rank, label: label.to_owned() }).to_vec(),
        blocks: vec![SheetBlock {
            code: some("Bloc 1"),
            title: "Analyser le besoin du client".to_owned(),
            methods: vec![study, play],
        }],
        signature: Some(SheetSignature {
            name: "Ariel Canevas".to_owned(),
            signed_at: at(25, 9, 42),
            digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        }),
        check: Some(CheckFacts {
            code: "7QK4-M2XP-9TRD".to_owned(),
            url: some("https://verif.exemple.test"),
        }),
        issued_at: at(25, 9, 43),
    }
}

pub fn block(code: &str, title: &str, proposal: Proposal, decision: BlockDecision) -> BlockRow {
    let words = DecisionWords::default();
    BlockRow { code: code.to_owned(), title: title.to_owned(), proposal, decision, words }
}

pub fn candidate(last: &str, first: &str, outcome: Outcome) -> CandidateFacts {
    CandidateFacts {
        person: person(last, first),
        access_route: "Formation continue".to_owned(),
        outcome,
        blocks: vec![
            block("Bloc 1", "Analyser le besoin du client", Proposal::Proposed, BlockDecision::Acquired),
            block("Bloc 2", "Collecter et traiter les données", Proposal::Proposed, BlockDecision::Acquired),
        ],
        requirements: Vec::new(),
        certification: None,
        remark: None,
    }
}

fn member(name: &str, function: SeatFunction, external: bool, signature: MemberSignature) -> MemberFacts {
    MemberFacts {
        name: name.to_owned(),
        function,
        occupation: some("Cheffe de projet"),
        employer: some("Atelier Croquis"),
        external,
        signature,
    }
}

pub fn minutes() -> MinutesFacts {
    let mut full = candidate("Spécimen", "Alix", Outcome::Full);
    full.requirements = vec![RequirementRow {
        title: "Thèse professionnelle".to_owned(),
        state: RequirementState::Met,
        detail: some("remise le 18 novembre 2026"),
    }];
    full.certification = Some(CertificationRow {
        proposal: Proposal::Proposed,
        decision: CertificationDecision::Awarded,
        words: DecisionWords::default(),
    });
    let mut partial = candidate("Modèle", "Dominique Aïcha", Outcome::Partial);
    partial.person.reference = some("D-0042");
    partial.blocks = vec![
        BlockRow {
            words: DecisionWords {
                reason: some(
                    "Réclamation mal comprise au début, reprise et traitée avant la fin de l’échange.",
                ),
                path: some("C1.3 sans la moitié des critères acquis"),
                votes: some("2 pour, 1 contre"),
                dissent: some("Kim Étalon : le besoin venait du client."),
            },
            ..block("Bloc 1", "Analyser le besoin du client", Proposal::Refused, BlockDecision::Acquired)
        },
        BlockRow {
            words: DecisionWords {
                reason: some("Jeux de données non décrits."), ..DecisionWords::default()
            },
            ..block(
                "Bloc 2",
                "Collecter et traiter les données",
                Proposal::Refused,
                BlockDecision::NotAcquired,
            )
        },
        block("Bloc 3", "Concevoir une solution", Proposal::None, BlockDecision::AlreadyAcquired),
    ];
    partial.certification = Some(CertificationRow {
        proposal: Proposal::Incomplete,
        decision: CertificationDecision::NotAwarded,
        words: DecisionWords { reason: some("Le bloc 2 n’est pas acquis."), ..DecisionWords::default() },
    });
    partial.remark = some("Rattrapage possible sous douze mois.");
    let mut absent = candidate("Témoin", "Sacha", Outcome::Absent);
    absent.blocks =
        vec![block("Bloc 1", "Analyser le besoin du client", Proposal::None, BlockDecision::Absent)];
    MinutesFacts {
        number: "PV-2026-0001".to_owned(),
        rectifies: None,
        rectification_reason: None,
        certification: certification(),
        centre: centre(),
        zone: "Europe/Paris".to_owned(),
        session: "Session de novembre 2026".to_owned(),
        starts_at: at(27, 13, 0),
        ends_at: Some(at(27, 15, 15)),
        place: some("https://visio.exemple.test/salle-3"),
        sittings: vec![sitting()],
        counts: Counts { present: 2, absent: 1, excused: 0, full: 1, partial: 1, refused: 0 },
        candidates: vec![full, partial, absent],
        jury: vec![
            member(
                "Ariel Canevas",
                SeatFunction::Chair,
                true,
                MemberSignature::Signed { at: at(27, 15, 20) },
            ),
            member("Jo Épure", SeatFunction::Member, true, MemberSignature::Pending),
            member(
                "Kim Étalon",
                SeatFunction::Member,
                false,
                MemberSignature::NotPresent { reason: some("souffrant") },
            ),
        ],
        recusals: vec![RecusalFacts { juror: "Jo Épure".to_owned(), candidate: "Sacha Témoin".to_owned() }],
        quorum: some("deux membres présents, deux au moins requis"),
        manager: ManagerFacts {
            name: "Camille Trame".to_owned(),
            function: some("Responsable du programme"),
            observations: some("Épreuves tenues à l’heure ; une salle changée à 8 h 40."),
            signed_at: None,
        },
        journal: Some(JournalHead {
            origin: "exemple.test/journal".to_owned(),
            size: 1284,
            root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".to_owned(),
        }),
        check: Some(CheckFacts { code: "4HBN-6WZC-1YVF".to_owned(), url: None }),
        closed_at: at(27, 15, 16),
    }
}
