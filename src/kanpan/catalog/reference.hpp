// Reference pages of the tables, written from their declarations.
#pragma once

#include <string>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

/// Markdown page of one table (`<table>.md`): what it is, where it comes from and how it is asked,
/// its policies, what every row must satisfy, its columns. Equal specs give equal bytes.
std::string reference_page(const TableSpec& table);

/// Markdown page (`index.md`) that lists all tables by category and links to theirs.
std::string reference_index(const Catalog& catalog);

}  // namespace kanpan::catalog
