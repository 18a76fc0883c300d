#include "kanpan/query/known_codes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kanpan/catalog/roles.hpp"

namespace kanpan::query {

/// The version is looked up first: rows that come meanwhile are a newer one.
Result<KnownCodes::Codes> KnownCodes::listed() const {
  KANPAN_LET(const auto now, versions_.of(catalog::role::kListings, store_.applied()));
  const std::lock_guard lock(mutex_);
  if (listed_ && listed_version_ == now.last) return listed_;
  store::Read read;
  KANPAN_LET(read.table, catalog_.find(catalog::role::kListings));
  read.columns = {read.table->code};
  read.any_order = true;
  std::vector<std::string> codes;
  KANPAN_TRY(store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t row = 0; row < batch.rows(); ++row)
      codes.emplace_back(batch.column(0).texts()[row]);
    return true;
  }));
  std::ranges::sort(codes);
  listed_ = std::make_shared<const std::vector<std::string>>(std::move(codes));
  listed_version_ = now.last;
  return listed_;
}

Result<std::vector<std::string>> KnownCodes::strangers(const store::Read& read) const {
  std::vector<std::string> out;
  const catalog::TableSpec& table = *read.table;
  const bool has_own = !table.codes.empty();
  if (read.codes.empty() || (!has_own && table.code_form != catalog::CodeForm::Share)) return out;
  Codes listed;
  if (!has_own) {
    KANPAN_LET(listed, this->listed());
    if (listed->empty()) return out;
  }
  for (const std::string& code : read.codes)
    if (has_own ? std::ranges::find(table.codes, code) == table.codes.end()
                : !std::ranges::binary_search(*listed, code))
      out.push_back(code);
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::string reference_of(const catalog::TableSpec& table) {
  return table.codes.empty() ? std::string(catalog::role::kListings)
                             : fmt::format("the codes that {} has", table.name);
}

}  // namespace kanpan::query
