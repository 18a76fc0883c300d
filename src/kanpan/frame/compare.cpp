#include "kanpan/frame/compare.hpp"

#include <cmath>

namespace kanpan::frame {
namespace {

std::weak_ordering compare_reals(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  return a < b   ? std::weak_ordering::less
         : b < a ? std::weak_ordering::greater
                 : std::weak_ordering::equivalent;
}

}  // namespace

std::weak_ordering compare(const Column& column, std::size_t a, std::size_t b) {
  switch (column.type()) {
    case Type::Text:
      return column.texts()[a] <=> column.texts()[b];
    case Type::Date:
      return column.dates()[a] <=> column.dates()[b];
    case Type::Int:
      return column.ints()[a] <=> column.ints()[b];
    case Type::Real:
      return compare_reals(column.reals()[a], column.reals()[b]);
  }
  return std::weak_ordering::equivalent;
}

bool equal(const Column& column, std::size_t a, std::size_t b) {
  if (column.is_null(a) || column.is_null(b)) return column.is_null(a) == column.is_null(b);
  return compare(column, a, b) == 0;
}

}  // namespace kanpan::frame
