#include "kanpan/source/sim/world/days.hpp"

#include <algorithm>

#include "kanpan/market/closed_weekdays.hpp"

namespace kanpan::source::sim::world {

Days::Days(Date first, Date last) : first_(first) {
  after_.reserve(static_cast<std::size_t>(std::max(0, last - first + 1)));
  for (Date d = first; d <= last; ++d) {
    after_.push_back(size());
    if (!market::is_closed(d)) open_.push_back(d);
  }
}

int Days::at_or_after(Date date) const {
  if (date <= first_) return 0;
  const auto offset = static_cast<std::size_t>(date - first_);
  return offset < after_.size() ? after_[offset] : size();
}

int Days::at_or_before(Date date) const {
  if (date < first_) return -1;
  const int day = at_or_after(date);
  return day < size() && open_[static_cast<std::size_t>(day)] == date ? day : day - 1;
}

bool Days::open(Date date) const {
  const int day = at_or_before(date);
  return day >= 0 && (*this)[day] == date;
}

Date open_day_before(Date date) {
  do date = date - 1;
  while (market::is_closed(date));
  return date;
}

Date open_day_from(Date date) {
  while (market::is_closed(date)) ++date;
  return date;
}

}  // namespace kanpan::source::sim::world
