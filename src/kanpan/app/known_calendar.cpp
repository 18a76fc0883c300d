#include "kanpan/app/known_calendar.hpp"

#include "kanpan/base/log.hpp"
#include "kanpan/catalog/roles.hpp"

namespace kanpan::app {

std::shared_ptr<const market::Calendar> KnownCalendar::now() {
  auto calendar = read();
  if (calendar) return *std::move(calendar);
  log::warn("serve", "the stored calendar cannot be read: {}", calendar.error().text());
  return std::make_shared<const market::Calendar>(market::Calendar::built_in());
}

Result<std::shared_ptr<const market::Calendar>> KnownCalendar::read() {
  KANPAN_LET(const catalog::TableSpec* table, query_.catalog().find(catalog::role::kCalendar));
  const std::lock_guard lock(mutex_);
  // The version first: a commit in between makes the next call read again.
  KANPAN_LET(const auto version, query_.table_version(*table));
  if (version_ == version.last) return calendar_;
  KANPAN_LET(const auto universe, load_());
  calendar_ = std::make_shared<const market::Calendar>(universe->calendar());
  version_ = version.last;
  return calendar_;
}

}  // namespace kanpan::app
