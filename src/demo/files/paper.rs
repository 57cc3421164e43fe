//! A report of one page, and a notebook.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::json;

/// Plain PDF with one of the fourteen fonts that every reader has.
pub fn report(author: &str) -> anyhow::Result<Vec<u8>> {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let mut operations =
        vec![Operation::new("BT", vec![]), Operation::new("Tf", vec!["F1".into(), 16.into()])];
    operations.push(Operation::new("Td", vec![72.into(), 760.into()]));
    for line in
        [format!("Rapport de {author}"), "Étude de cas : besoin, données, solution proposée.".to_owned()]
    {
        operations.push(Operation::new("Tj", vec![Object::string_literal(latin(&line))]));
        operations.push(Operation::new("Td", vec![0.into(), (-28).into()]));
    }
    operations.push(Operation::new("ET", vec![]));
    let content = Stream::new(dictionary! {}, Content { operations }.encode()?);
    let content = document.add_object(content);
    let page =
        document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

/// Windows-1252 agrees with Latin-1 on the letters that we use.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|one| u8::try_from(u32::from(one)).unwrap_or(b'\'')).collect()
}

pub fn notebook(author: &str) -> Vec<u8> {
    let book = json!({
        "nbformat": 4, "nbformat_minor": 5, "metadata": { "language_info": { "name": "python" } },
        "cells": [
            { "cell_type": "markdown", "id": "titre", "metadata": {}, "source": [format!("# Exploration de {author}")] },
            { "cell_type": "code", "id": "moyenne", "metadata": {}, "execution_count": 1, "outputs": [],
              "source": ["sum([12, 17]) / 2"] },
        ],
    });
    book.to_string().into_bytes()
}
