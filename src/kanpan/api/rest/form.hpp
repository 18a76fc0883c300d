// In which of its forms an answer with rows is given.
#pragma once

#include <string_view>

#include "kanpan/api/router.hpp"

namespace kanpan::api::rest {

enum class Form { Json, Csv, Ndjson };

/// "json", "csv", "ndjson".
std::string_view name(Form form);
/// The media type.
std::string_view type(Form form);
/// All of them, JSON first.
std::vector<std::string> form_types();

/// format=, which goes before Accept.
Parameter form_parameter();
/// Which form `format=` or else Accept asks for; 406 names those there are.
boost::system::result<Form, Refusal> form_of(const Call& call);

}  // namespace kanpan::api::rest
