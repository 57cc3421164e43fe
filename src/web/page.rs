//! Lists, a page at a time, by keyset: the next page starts after the last thing shown.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub const LARGEST: i64 = 200;
const USUAL: i64 = 50;

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// What the page before gave as `next`.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// How many at the most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

impl PageQuery {
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(USUAL).clamp(1, LARGEST)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// To be sent as `after`; absent on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From one item more than asked for, so that the last page knows that it is the last.
    pub fn from_more(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }
}

/// The id after which a page starts.
///
/// # Errors
/// `bad_request` when it is none that a page gave.
pub fn id_after(text: &str) -> Result<uuid::Uuid, crate::error::AppError> {
    text.parse().map_err(|_| {
        crate::error::AppError::bad_request((
            "Le paramètre « after » n’est pas celui d’une page précédente.",
            "The parameter “after” is not one that a page gave.",
        ))
    })
}
