// Predicates over the rows of a batch, as the parameters of a request ask for them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/source/sim/dataset.hpp"

namespace kanpan::source::sim {

/// True where a row stays. Holds references into the batch that it was made for.
using Condition = std::function<bool(std::uint32_t row)>;

/// What a null cell does to its row.
enum class Null { Drops, Stays };

/// The column holds one of the comma separated values: text exactly, numbers by value, dates in
/// either spelling.
Condition equals(const frame::Column& column, std::string_view values, Null null = Null::Drops);

/// The date column lies within the bounds; a null does not.
Condition lies_between(const frame::Column& column, std::optional<Date> from,
                       std::optional<Date> to);

/// The part of a question that names columns other than code and time; members that name no column
/// of the batch are left out.
std::vector<Condition> conditions(const frame::Batch& batch, const Question& question);

/// True when every condition holds.
bool holds(const std::vector<Condition>& conditions, std::uint32_t row);

}  // namespace kanpan::source::sim
