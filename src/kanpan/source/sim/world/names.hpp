// Invented names: no company is called like this.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kanpan/source/sim/world/dice.hpp"

namespace kanpan::source::sim::world {

/// A branch of industry as the source's stock_basic.industry names it.
struct Industry {
  std::string_view name;
  std::string_view word;      ///< what ends the company's name
  std::string_view initials;  ///< pinyin initials of `word`
  double gross_margin;        ///< share of revenue; 0 for banks and brokers
  std::string_view english;
};

struct Area {
  std::string_view name, province, city;
};

/// Banks and brokers come last.
std::span<const Industry> industries();
int bank_industry();
int broker_industry();
std::span<const Area> areas();

struct CompanyName {
  std::string stem;      ///< two characters
  std::string name;      ///< four characters, as on the board
  std::string initials;  ///< upper-case pinyin initials of `name`
  std::string english;
};

/// Names of different `index` below 5,500 differ.
CompanyName company_name(int index, int industry);
/// A person's name.
std::string person_name(const Dice& dice, int which);

}  // namespace kanpan::source::sim::world
