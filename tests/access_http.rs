//! Coming in and going out, through the real service: one story a test.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::{Engine, TestApp};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

const ADMIN_PASSWORD: &str = "une carafe sur la table";
const FORM: &str = "application/x-www-form-urlencoded";

/// The service with its first administrator signed in, and a client that keeps every answer raw.
struct Service {
    app: TestApp,
    url: String,
    web: Client,
    admin: String,
}

impl Service {
    async fn new(engine: Engine) -> Self {
        let app = TestApp::start(engine).await;
        let redirect = reqwest::redirect::Policy::none();
        let web = Client::builder().redirect(redirect).pool_max_idle_per_host(0).build().unwrap();
        let link = app.first_invitation.clone().unwrap();
        let url = app.url.clone();
        let mut service = Self { app, url, web, admin: String::new() };
        let opened = service.open(&link, json!({ "password": ADMIN_PASSWORD })).await;
        service.admin = text(&read(opened, 200).await, "token");
        service
    }

    fn call(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.web.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(token)
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        self.call(Method::GET, path, token).send().await.unwrap()
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Response {
        self.call(Method::POST, path, token).json(&body).send().await.unwrap()
    }

    async fn delete(&self, path: &str, token: &str) -> Response {
        self.call(Method::DELETE, path, token).send().await.unwrap()
    }

    async fn sign_in(&self, email: &str, password: &str) -> Response {
        let body = json!({ "email": email, "password": password });
        self.web.post(format!("{}/api/v1/sign-in", self.url)).json(&body).send().await.unwrap()
    }

    /// As a program does.
    async fn open(&self, link: &str, body: Value) -> Response {
        self.web.post(link).header(ACCEPT, "application/json").json(&body).send().await.unwrap()
    }

    async fn invite(&self, by: &str, email: &str, role: &str, centre: Option<&str>) -> Value {
        let body = json!({
            "email": email, "display_name": "Maud Keravel", "locale": "fr", "role": role, "centre": centre,
        });
        read(self.post("/invitations", by, body).await, 201).await
    }

    /// Invites and gives back the link.
    async fn link(&self, email: &str, role: &str) -> String {
        text(&self.invite(&self.admin, email, role, None).await["invitation"], "link")
    }

    async fn centre(&self, name: &str) -> String {
        let body = json!({ "name": name, "timezone": "Europe/Paris" });
        text(&read(self.post("/centres", &self.admin, body).await, 201).await, "id")
    }

    fn later(&self, span: chrono::Duration) {
        self.app.advance(span);
    }

    /// The kinds of acts in the journal, in their order.
    async fn acts(&self) -> Vec<String> {
        use diesel::prelude::*;
        use parchemin::db::schema::journal_entry as entry;
        let read = self
            .app
            .state()
            .db
            .read(|conn| Ok(entry::table.order(entry::id).select(entry::kind).load(conn)?));
        read.await.unwrap()
    }
}

async fn read(response: Response, status: u16) -> Value {
    let found = response.status().as_u16();
    let body = response.text().await.unwrap();
    assert_eq!(found, status, "{body}");
    serde_json::from_str(&body).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

on_both_engines! {
    async fn the_first_administrator_comes_in_by_the_link_of_the_first_start(engine: Engine) {
        let service = Service::new(engine).await;
        let me = read(service.get("/me", &service.admin).await, 200).await;
        assert_eq!(me["email"], "admin@parchemin.local");
        assert_eq!(me["roles"], json!([{ "role": "administrator", "centre": null }]));
        assert_eq!(service.acts().await, ["account_created", "role_granted", "password_set"]);

        // The link has served: an old message does not do instead of the password.
        let link = service.app.first_invitation.clone().unwrap();
        let again = read(service.open(&link, json!({})).await, 409).await;
        assert_eq!(again["rule"], "sign_in_instead");
        let opened = read(service.sign_in(" ADMIN@parchemin.local", ADMIN_PASSWORD).await, 200).await;
        assert_eq!(opened["account"]["has_password"], true);

        // A second start invites nobody.
        let mut app = service.app;
        app.restart().await;
        assert_eq!(app.first_invitation, None);
    }

    async fn a_stranger_is_shown_the_way_in_and_nothing_else(engine: Engine) {
        let service = Service::new(engine).await;
        for (method, path) in [
            (Method::GET, "/me"), (Method::GET, "/me/logins"), (Method::POST, "/me/password"), (Method::POST, "/sign-out"),
            (Method::POST, "/invitations"), (Method::GET, "/centres"), (Method::POST, "/centres"),
            (Method::DELETE, "/invitations/01920000-0000-7000-8000-000000000000"),
            (Method::DELETE, "/me/logins/01920000-0000-7000-8000-000000000000"),
            (Method::POST, "/accounts/01920000-0000-7000-8000-000000000000/disabling"),
        ] {
            for token in ["", "x", "a.b.c"] {
                let response = service.call(method.clone(), path, token).json(&json!({})).send().await.unwrap();
                assert_eq!(header(&response, "www-authenticate"), "Bearer", "{method} {path}");
                assert_eq!(read(response, 401).await["code"], "unauthenticated");
            }
        }
    }

    async fn a_refused_sign_in_never_says_why(engine: Engine) {
        let service = Service::new(engine).await;
        let link = service.link("maud@exemple.fr", "juror").await;
        read(service.open(&link, json!({})).await, 200).await;
        let closed = service.invite(&service.admin, "parti@exemple.fr", "auditor", None).await;
        let left = text(&closed["invitation"], "link");
        read(service.open(&left, json!({ "password": "treize à la douzaine" })).await, 200).await;
        let path = format!("/accounts/{}/disabling", text(&closed, "account"));
        read(service.post(&path, &service.admin, json!({ "reason": "departed" })).await, 204).await;

        let mut bodies = Vec::new();
        for (email, password) in [
            ("admin@parchemin.local", "une carafe sur la chaise"),
            ("personne@exemple.fr", ADMIN_PASSWORD),
            ("maud@exemple.fr", "aucun mot de passe posé"),
            ("parti@exemple.fr", "treize à la douzaine"),
        ] {
            let response = service.sign_in(email, password).await;
            assert!(response.headers().get(SET_COOKIE).is_none());
            bodies.push(read(response, 401).await);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "the same words in every case");
    }

    async fn too_many_failures_wait_but_an_invitation_still_opens(engine: Engine) {
        let service = Service::new(engine).await;
        for _ in 0..5 {
            read(service.sign_in("admin@parchemin.local", "une carafe sur la chaise").await, 401).await;
        }
        service.later(chrono::Duration::minutes(5));
        let refused = service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await;
        assert_eq!(header(&refused, "retry-after"), "600");
        assert_eq!(read(refused, 429).await["code"], "too_many_attempts");

        let link = service.link("maud@exemple.fr", "juror").await;
        for _ in 0..5 {
            read(service.sign_in("maud@exemple.fr", "deviner la porte").await, 401).await;
        }
        read(service.open(&link, json!({})).await, 200).await;

        service.later(chrono::Duration::minutes(10));
        read(service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await, 200).await;
        for _ in 0..5 {
            read(service.sign_in("admin@parchemin.local", "une carafe sur la chaise").await, 401).await;
        }
    }

    async fn a_hundred_guesses_at_the_same_moment_are_five(engine: Engine) {
        let service = Service::new(engine).await;
        let guesses = (0..40).map(|_| service.sign_in("admin@parchemin.local", "une carafe sur la chaise"));
        let answers = futures_util::future::join_all(guesses).await;
        let compared = answers.iter().filter(|answer| answer.status() == StatusCode::UNAUTHORIZED).count();
        assert_eq!(compared, 5);
        assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status().as_u16())));
    }

    async fn one_address_that_tries_many_people_waits_too(engine: Engine) {
        let service = Service::new(engine).await;
        for guess in 0..30 {
            read(service.sign_in(&format!("p{guess}@exemple.fr"), "une carafe sur la chaise").await, 401).await;
        }
        read(service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await, 429).await;
        let elsewhere = json!({ "email": "admin@parchemin.local", "password": ADMIN_PASSWORD });
        let request = service.web.post(format!("{}/api/v1/sign-in", service.url)).json(&elsewhere);
        read(request.header("x-forwarded-for", "198.51.100.7").send().await.unwrap(), 200).await;
    }

    async fn signing_out_ends_the_login_on_the_server(engine: Engine) {
        let service = Service::new(engine).await;
        let token = text(&read(service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await, 200).await, "token");
        let response = service.post("/sign-out", &token, json!({})).await;
        assert!(header(&response, "set-cookie").contains("Max-Age=0"));
        read(response, 204).await;
        read(service.get("/me", &token).await, 401).await;
        read(service.get("/me", &service.admin).await, 200).await;
    }

    async fn a_login_ends_by_itself(engine: Engine) {
        let service = Service::new(engine).await;
        service.later(chrono::Duration::hours(12) - chrono::Duration::seconds(1));
        read(service.get("/me", &service.admin).await, 200).await;
        service.later(chrono::Duration::seconds(1));
        read(service.get("/me", &service.admin).await, 401).await;
    }

    async fn one_sees_where_one_is_signed_in_and_ends_it(engine: Engine) {
        let service = Service::new(engine).await;
        let token = text(&read(service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await, 200).await, "token");
        let first = read(service.get("/me/logins?limit=1", &token).await, 200).await;
        assert_eq!(first["items"][0]["present"], true);
        let second = read(service.get(&format!("/me/logins?limit=1&after={}", text(&first, "next")), &token).await, 200).await;
        assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
        assert_eq!(second["items"][0]["via"], "invitation");
        let other = text(&second["items"][0], "id");

        let link = service.link("maud@exemple.fr", "juror").await;
        let juror = text(&read(service.open(&link, json!({})).await, 200).await, "token");
        read(service.delete(&format!("/me/logins/{other}"), &juror).await, 404).await;
        read(service.get("/me", &service.admin).await, 200).await;
        read(service.delete(&format!("/me/logins/{other}"), &token).await, 204).await;
        read(service.get("/me", &service.admin).await, 401).await;
        read(service.get("/me/logins?after=x", &token).await, 400).await;
    }

    async fn another_password_ends_the_other_logins(engine: Engine) {
        let service = Service::new(engine).await;
        let token = text(&read(service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await, 200).await, "token");
        let fault = |password: &str| json!({ "present": ADMIN_PASSWORD, "password": password });
        for (password, code) in [
            ("quatorze ponts", "too_short"), ("motdepasse2026!!", "common"), ("vive l'administration", "personal"),
            (&"long ".repeat(300), "too_long"),
        ] {
            let refused = read(service.post("/me/password", &token, fault(password)).await, 422).await;
            assert_eq!(refused["faults"][0], json!({ "field": "password", "code": code }), "{password}");
        }
        let next = "deux carafes sous la table";
        read(service.post("/me/password", &token, json!({ "password": next })).await, 401).await;
        read(service.post("/me/password", &token, json!({ "present": "rien du tout", "password": next })).await, 401).await;
        read(service.post("/me/password", &token, fault(next)).await, 204).await;
        read(service.get("/me", &service.admin).await, 401).await;
        read(service.get("/me", &token).await, 200).await;
        read(service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await, 401).await;
        read(service.sign_in("admin@parchemin.local", next).await, 200).await;
        assert_eq!(service.acts().await.last().unwrap(), "password_set");
    }

    async fn a_cookie_serves_our_own_pages_only(engine: Engine) {
        let service = Service::new(engine).await;
        let response = service.sign_in("admin@parchemin.local", ADMIN_PASSWORD).await;
        let set = header(&response, "set-cookie");
        assert!(set.starts_with("parchemin=") && set.contains("HttpOnly; SameSite=Lax; Path=/"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        let (read_url, write_url) = (format!("{}/api/v1/me", service.url), format!("{}/api/v1/centres", service.url));
        let centre = json!({ "name": "Brest", "timezone": "Europe/Paris" });
        let write = |site: (&'static str, String)| {
            service.web.post(&write_url).header(COOKIE, &cookie).header(site.0, site.1).json(&centre).send()
        };
        read(service.web.get(read_url).header(COOKIE, &cookie).send().await.unwrap(), 200).await;
        for foreign in [
            ("sec-fetch-site", "cross-site".to_owned()), ("sec-fetch-site", "same-site".to_owned()),
            ("origin", "https://evil.example".to_owned()), ("origin", "null".to_owned()), ("x-none", "".to_owned()),
        ] {
            let refused = read(write(foreign.clone()).await.unwrap(), 403).await;
            assert_eq!(refused["rule"], "same_origin", "{foreign:?}");
        }
        read(write(("sec-fetch-site", "same-origin".to_owned())).await.unwrap(), 201).await;
        read(write(("origin", service.url.clone())).await.unwrap(), 201).await;
        // A bad token is not made good by a cookie.
        let both = service.call(Method::GET, "/me", "a.b.c").header(COOKIE, &cookie);
        read(both.send().await.unwrap(), 401).await;
    }

    async fn a_mail_scanner_may_look_as_often_as_it_likes(engine: Engine) {
        let service = Service::new(engine).await;
        let link = service.link("maud@exemple.fr", "juror").await;
        for _ in 0..20 {
            assert_eq!(service.web.get(&link).send().await.unwrap().status(), 200);
            assert_eq!(service.web.head(&link).send().await.unwrap().status(), 200);
            assert_eq!(service.web.post(&link).header("sec-purpose", "prefetch").send().await.unwrap().status(), 400);
        }
        let page = service.web.get(&link).header("accept-language", "fr").send().await.unwrap();
        assert_eq!(header(&page, "referrer-policy"), "no-referrer");
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert!(header(&page, "content-security-policy").starts_with("default-src 'none'; style-src 'self'; form-action 'self'"));
        let html = page.text().await.unwrap();
        assert_eq!(html.matches("<button").count(), 1);
        assert!(html.contains("Bonjour Maud Keravel") && !html.contains("<script") && !html.contains("style="));
        let english = service.web.get(&link).header("accept-language", "en-GB").send().await.unwrap();
        assert!(english.text().await.unwrap().contains("Open my space"));
        let style = service.web.get(format!("{}/assets/page.css", service.url)).send().await.unwrap();
        assert_eq!(header(&style, CONTENT_TYPE.as_str()), "text/css; charset=utf-8");

        // The button still opens.
        let pressed = service.web.post(&link).header(CONTENT_TYPE, FORM).header("sec-fetch-site", "same-origin");
        let opened = pressed.send().await.unwrap();
        assert_eq!((opened.status().as_u16(), header(&opened, LOCATION.as_str())), (303, "/".to_owned()));
        let cookie = header(&opened, "set-cookie").split(';').next().unwrap().to_owned();
        let me = service.web.get(format!("{}/api/v1/me", service.url)).header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(read(me, 200).await["email"], "maud@exemple.fr");
    }

    async fn a_link_opens_on_ten_devices_and_until_it_expires(engine: Engine) {
        let service = Service::new(engine).await;
        let link = service.link("maud@exemple.fr", "juror").await;
        let mut tokens = Vec::new();
        for _ in 0..10 {
            tokens.push(text(&read(service.open(&link, json!({})).await, 200).await, "token"));
        }
        tokens.dedup();
        assert_eq!(tokens.len(), 10, "each opening is its own login");
        assert_eq!(read(service.open(&link, json!({})).await, 410).await["code"], "gone");
        let page = service.web.get(&link).send().await.unwrap();
        assert_eq!(page.status(), 410);
        assert!(page.text().await.unwrap().contains("Ce lien ne s’ouvre plus"));
        for token in &tokens {
            read(service.get("/me", token).await, 200).await;
        }

        let other = service.link("lise@exemple.fr", "juror").await;
        service.later(chrono::Duration::days(14));
        read(service.open(&other, json!({})).await, 410).await;
        let unknown = format!("{}/invitation/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", service.url);
        read(service.open(&unknown, json!({})).await, 410).await;
    }

    async fn a_link_taken_back_ends_what_it_opened(engine: Engine) {
        let service = Service::new(engine).await;
        let made = service.invite(&service.admin, "maud@exemple.fr", "juror", None).await;
        let (link, id) = (text(&made["invitation"], "link"), text(&made["invitation"], "id"));
        let juror = text(&read(service.open(&link, json!({})).await, 200).await, "token");
        read(service.delete(&format!("/invitations/{id}"), &juror).await, 404).await;
        read(service.delete(&format!("/invitations/{id}"), &service.admin).await, 204).await;
        read(service.get("/me", &juror).await, 401).await;
        read(service.open(&link, json!({})).await, 410).await;
    }

    async fn a_closed_account_is_shut_at_once(engine: Engine) {
        let service = Service::new(engine).await;
        let made = service.invite(&service.admin, "maud@exemple.fr", "juror", None).await;
        let (link, account) = (text(&made["invitation"], "link"), text(&made, "account"));
        let juror = text(&read(service.open(&link, json!({})).await, 200).await, "token");
        let path = format!("/accounts/{account}/disabling");
        read(service.post(&path, &juror, json!({ "reason": "mistake" })).await, 404).await;
        read(service.post(&path, &service.admin, json!({ "reason": "because" })).await, 422).await;
        read(service.post(&path, &service.admin, json!({ "reason": "compromised" })).await, 204).await;
        read(service.get("/me", &juror).await, 401).await;
        read(service.open(&link, json!({})).await, 410).await;
        read(service.post(&path, &service.admin, json!({ "reason": "departed" })).await, 409).await;
        let body = json!({ "email": "maud@exemple.fr", "display_name": "M", "locale": "fr", "role": "juror" });
        assert_eq!(read(service.post("/invitations", &service.admin, body).await, 409).await["rule"], "account_disabled");
        assert_eq!(service.acts().await.last().unwrap(), "account_disabled");

        let me = read(service.get("/me", &service.admin).await, 200).await;
        let own = format!("/accounts/{}/disabling", text(&me, "id"));
        let refused = read(service.post(&own, &service.admin, json!({ "reason": "departed" })).await, 422).await;
        assert_eq!(refused["rule"], "last_administrator");
    }

    async fn staff_choose_a_password_with_their_link(engine: Engine) {
        let service = Service::new(engine).await;
        let link = service.link("audit@exemple.fr", "auditor").await;
        let needed = read(service.open(&link, json!({})).await, 422).await;
        assert_eq!(needed["faults"][0], json!({ "field": "password", "code": "required" }));
        let press = |body: &'static str| service.web.post(&link).header(CONTENT_TYPE, FORM).body(body).send();
        let page = press("password=court").await.unwrap();
        assert_eq!(page.status(), 422);
        let html = page.text().await.unwrap();
        assert!(html.contains("15 caractères au moins") && html.contains("aria-invalid"), "{html}");
        let opened = press("password=treize+%C3%A0+la+douzaine").await.unwrap();
        assert_eq!(opened.status(), 303);
        read(service.sign_in("audit@exemple.fr", "treize à la douzaine").await, 200).await;
        let again = press("password=quatorze+%C3%A0+la+douzaine").await.unwrap();
        assert_eq!(again.status(), 409);
        assert!(again.text().await.unwrap().contains("connectez-vous"));

        // Forgotten: a new link replaces it.
        let other = service.link("audit@exemple.fr", "auditor").await;
        read(service.open(&other, json!({ "password": "quatorze à la douzaine" })).await, 200).await;
        read(service.sign_in("audit@exemple.fr", "treize à la douzaine").await, 401).await;
    }

    async fn a_link_is_opened_by_its_reader_and_not_by_another_site(engine: Engine) {
        let service = Service::new(engine).await;
        let link = service.link("maud@exemple.fr", "juror").await;
        let from = |headers: [(&'static str, &'static str); 2]| {
            headers.into_iter().fold(service.web.post(&link), |request, (name, value)| request.header(name, value)).send()
        };
        assert_eq!(from([("sec-fetch-site", "cross-site"), ("accept", "text/html")]).await.unwrap().status(), 403);
        assert_eq!(from([("origin", "https://evil.example"), ("accept", "text/html")]).await.unwrap().status(), 403);
        assert_eq!(from([("origin", "null"), ("accept", "text/html")]).await.unwrap().status(), 303);
    }

    async fn a_manager_invites_in_the_managed_centre_and_no_higher(engine: Engine) {
        let service = Service::new(engine).await;
        let (brest, nantes) = (service.centre("Brest").await, service.centre("Nantes").await);
        let made = service.invite(&service.admin, "chef@exemple.fr", "centre_manager", Some(&brest)).await;
        let opened = service.open(&text(&made["invitation"], "link"), json!({ "password": "treize à la douzaine" })).await;
        let manager = text(&read(opened, 200).await, "token");
        let asked = |role: &str, centre: Option<&str>| {
            json!({ "email": "lise@exemple.fr", "display_name": "Lise", "locale": "fr", "role": role, "centre": centre })
        };
        for (role, centre, status) in [
            ("juror", Some(brest.as_str()), 201), ("juror", Some(&nantes), 404), ("juror", None, 422),
            ("administrator", None, 404), ("auditor", None, 404), ("centre_manager", Some(&brest), 404),
        ] {
            read(service.post("/invitations", &manager, asked(role, centre)).await, status).await;
        }
        for (role, centre, rule) in [
            ("centre_manager", None, "centre_needed"), ("auditor", Some(brest.as_str()), "role_without_centre"),
            ("juror", Some("01920000-0000-7000-8000-000000000000"), "centre_unknown"),
        ] {
            let refused = read(service.post("/invitations", &service.admin, asked(role, centre)).await, 422).await;
            assert_eq!(refused["rule"], rule);
        }
        read(service.get("/centres", &manager).await, 200).await;
        read(service.post("/centres", &manager, json!({ "name": "Rennes", "timezone": "Europe/Paris" })).await, 403).await;
    }

    async fn inviting_somebody_does_not_open_what_they_hold_elsewhere(engine: Engine) {
        let service = Service::new(engine).await;
        let (brest, nantes) = (service.centre("Brest").await, service.centre("Nantes").await);
        let made = service.invite(&service.admin, "chef@exemple.fr", "centre_manager", Some(&brest)).await;
        let opened = service.open(&text(&made["invitation"], "link"), json!({ "password": "treize à la douzaine" })).await;
        let manager = text(&read(opened, 200).await, "token");

        // The administrator, asked to sit on a jury: the role is given, the key to everything is not.
        let asked = service.invite(&manager, "admin@parchemin.local", "juror", Some(&brest)).await;
        assert_eq!(asked["invitation"], Value::Null);
        let me = read(service.get("/me", &service.admin).await, 200).await;
        assert_eq!(me["roles"][1], json!({ "role": "juror", "centre": brest }));

        // The same for a juror of another centre; in one's own, the link is given again.
        service.invite(&service.admin, "maud@exemple.fr", "juror", Some(&nantes)).await;
        assert_eq!(service.invite(&manager, "maud@exemple.fr", "juror", Some(&brest)).await["invitation"], Value::Null);
        let lise = service.invite(&manager, "lise@exemple.fr", "juror", Some(&brest)).await;
        let again = service.invite(&manager, "LISE@exemple.fr", "trainer", Some(&brest)).await;
        assert_eq!(lise["account"], again["account"], "the same e-mail is the same account");
        assert!(again["invitation"]["link"].is_string());

        // Nor may the manager take back the link of somebody out of reach.
        let elsewhere = service.invite(&service.admin, "nora@exemple.fr", "juror", Some(&nantes)).await;
        let path = format!("/invitations/{}", text(&elsewhere["invitation"], "id"));
        read(service.delete(&path, &manager).await, 404).await;
    }

    async fn what_is_sent_is_checked_at_the_door(engine: Engine) {
        let service = Service::new(engine).await;
        let good = json!({ "email": "m@exemple.fr", "display_name": "M", "locale": "fr", "role": "juror" });
        for (key, value) in [
            ("email", json!("pas une adresse")), ("email", json!(format!("{}@exemple.fr", "a".repeat(250)))),
            ("display_name", json!("")), ("display_name", json!(" ")), ("display_name", json!("a\nb")),
            ("display_name", json!("a".repeat(201))), ("locale", json!("de")), ("role", json!("chair")),
            ("state", json!("active")), ("centre", json!("Brest")),
        ] {
            let mut body = good.clone();
            body[key] = value;
            let refused = read(service.post("/invitations", &service.admin, body.clone()).await, 422).await;
            assert_eq!(refused["code"], "invalid", "{body}");
        }
        let zone = json!({ "name": "Brest", "timezone": "Europe/Brest" });
        assert_eq!(read(service.post("/centres", &service.admin, zone).await, 422).await["rule"], "timezone_unknown");
        let long = json!({ "email": "m@exemple.fr", "password": "a".repeat(1025) });
        let refused = service.web.post(format!("{}/api/v1/sign-in", service.url)).json(&long).send().await.unwrap();
        let text = refused.text().await.unwrap();
        assert!(text.contains("too_long") && !text.contains("aaaa"), "a password is not told back");
        let link = service.link("maud@exemple.fr", "juror").await;
        for body in [json!({ "role": "administrator" }), json!([]), json!({ "password": 12 })] {
            assert_eq!(service.open(&link, body).await.status(), 400);
        }
        let heavy = service.open(&link, json!({ "password": "a".repeat(20_000) })).await;
        assert!(heavy.status().is_client_error());
    }

    async fn a_request_is_known_by_one_statement(engine: Engine) {
        let service = Service::new(engine).await;
        let token = service.admin.clone();
        let db = &service.app.state().db;
        let login = service.app.state().tokens.login(&token, service.app.clock.now()).unwrap();
        let at = service.app.clock.now();
        let before = db.statements();
        let found = db.read_one(move |conn| parchemin::access::store::caller(conn, login, at)).await.unwrap().unwrap();
        assert_eq!(db.statements() - before, 1);
        assert_eq!(found.roles.len(), 1);

        // The row itself ends, whatever a token says.
        let ended = at.plus(chrono::Duration::hours(12));
        let late = db.read_one(move |conn| parchemin::access::store::caller(conn, login, ended)).await.unwrap();
        assert!(late.is_none());
    }
}
