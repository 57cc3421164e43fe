//! What the running router serves, asked of the router itself.

use std::collections::BTreeSet;

use actix_web::introspection::IntrospectionTree;
use actix_web::test::{TestRequest, call_and_read_body, init_service};
use actix_web::web;
use serde_json::Value;

use crate::common::TestApp;

/// Everything that the router serves, method by method.
pub async fn served(app: &TestApp) -> BTreeSet<(String, String)> {
    let report = |tree: web::Data<IntrospectionTree>| std::future::ready(tree.report_as_json());
    let state = web::Data::new(app.state().clone());
    let whole = parchemin::app::service(state).route("/tree", web::get().to(report));
    let service = init_service(whole).await;
    let body = call_and_read_body(&service, TestRequest::get().uri("/tree").to_request()).await;
    let tree: Value = serde_json::from_slice(&body).unwrap();
    let mut found = BTreeSet::new();
    for node in tree.as_array().unwrap() {
        let path = node["full_path"].as_str().unwrap();
        for method in node["methods"].as_array().unwrap() {
            found.insert((method.as_str().unwrap().to_owned(), path.to_owned()));
        }
    }
    assert!(found.remove(&("GET".to_owned(), "/tree".to_owned())));
    found
}
