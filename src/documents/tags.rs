//! The structure tree (ISO 32000-1 §14.7): what a screen reader reads, in order.

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use super::content::role_name;
use super::layout::{Kid, Node, Pages, Role};
use super::writer::text;

pub(super) fn integer(number: usize) -> Object {
    Object::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Adds the tree and returns its root. Page `n` must carry `/StructParents n`.
pub(super) fn write(pdf: &mut Document, pages: &Pages, page_ids: &[ObjectId]) -> ObjectId {
    let root = pdf.new_object_id();
    let ids: Vec<ObjectId> = pages.nodes.iter().map(|_| pdf.new_object_id()).collect();
    for (node, id) in pages.nodes.iter().zip(&ids) {
        let parent = node.parent.and_then(|parent| ids.get(parent.0)).copied().unwrap_or(root);
        pdf.set_object(*id, element(node, parent, &ids, page_ids));
    }
    let mut numbers: Vec<Object> = Vec::with_capacity(pages.pages.len() * 2);
    for (index, page) in pages.pages.iter().enumerate() {
        let owners: Vec<Object> =
            page.content.iter().filter_map(|node| ids.get(node.0)).map(|id| Object::Reference(*id)).collect();
        let owners = pdf.add_object(owners);
        numbers.push(integer(index));
        numbers.push(Object::Reference(owners));
    }
    let top: Vec<Object> = ids.first().map(|id| Object::Reference(*id)).into_iter().collect();
    pdf.set_object(
        root,
        dictionary! {
            "Type" => "StructTreeRoot",
            "K" => top,
            "ParentTree" => dictionary! { "Nums" => numbers },
            "ParentTreeNextKey" => integer(pages.pages.len()),
        },
    );
    root
}

fn element(node: &Node, parent: ObjectId, ids: &[ObjectId], page_ids: &[ObjectId]) -> Dictionary {
    let mut element = dictionary! {
        "Type" => "StructElem",
        "S" => role_name(node.role),
        "P" => parent,
    };
    let kids: Vec<Object> = node
        .kids
        .iter()
        .filter_map(|kid| match kid {
            Kid::Node(child) => ids.get(child.0).map(|id| Object::Reference(*id)),
            Kid::Content { page, mcid } => page_ids.get(*page).map(|page| {
                let mcid = integer(*mcid);
                Object::Dictionary(dictionary! { "Type" => "MCR", "Pg" => *page, "MCID" => mcid })
            }),
        })
        .collect();
    element.set("K", kids);
    if node.french {
        element.set("Lang", text("fr-FR"));
    }
    if let Some(attributes) = table_attributes(node.role) {
        element.set("A", attributes);
    }
    element
}

fn table_attributes(role: Role) -> Option<Dictionary> {
    let (scope, span) = match role {
        Role::ColumnHead => (Some("Column"), 1),
        Role::RowHead(span) => (Some("Row"), span),
        Role::Cell(span) if span > 1 => (None, span),
        _ => return None,
    };
    let mut attributes = dictionary! { "O" => "Table" };
    if let Some(scope) = scope {
        attributes.set("Scope", scope);
    }
    if span > 1 {
        attributes.set("ColSpan", integer(span));
    }
    Some(attributes)
}
