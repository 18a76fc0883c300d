#include "kanpan/source/sim/world/names.hpp"

#include <array>

#include <fmt/format.h>

namespace kanpan::source::sim::world {
namespace {

// clang-format off
constexpr auto kIndustries = std::to_array<Industry>({
    {"元器件", "电子", "DZ", 0.24, "Electronics"}, {"半导体", "微芯", "WX", 0.34, "Microchip"},
    {"软件服务", "软件", "RJ", 0.42, "Software"}, {"通信设备", "通讯", "TX", 0.27, "Telecom"},
    {"互联网", "网络", "WL", 0.38, "Network"}, {"化学制药", "药业", "YY", 0.48, "Pharma"},
    {"生物制药", "生物", "SW", 0.52, "Biotech"}, {"医疗保健", "医疗", "YL", 0.46, "Medical"},
    {"中成药", "本草", "BC", 0.45, "Herbal"}, {"白酒", "酒业", "JY", 0.62, "Spirits"},
    {"食品", "食品", "SP", 0.28, "Foods"}, {"家用电器", "电器", "DQ", 0.26, "Appliance"},
    {"汽车配件", "汽配", "QP", 0.20, "Auto Parts"}, {"汽车整车", "汽车", "QC", 0.15, "Motors"},
    {"电气设备", "电气", "DQ", 0.25, "Electric"}, {"新型电力", "新能", "XN", 0.30, "New Energy"},
    {"火力发电", "电力", "DL", 0.18, "Power"}, {"专用机械", "重工", "ZG", 0.27, "Heavy Industry"},
    {"机械基件", "精工", "JG", 0.26, "Precision"}, {"航空", "航空", "HK", 0.22, "Aviation"},
    {"化工原料", "化工", "HG", 0.21, "Chemical"}, {"塑料", "新材", "XC", 0.20, "Materials"},
    {"普钢", "钢铁", "GT", 0.09, "Steel"}, {"小金属", "金属", "JS", 0.18, "Metals"},
    {"煤炭开采", "煤业", "MY", 0.32, "Coal"}, {"石油开采", "油气", "YQ", 0.28, "Oil and Gas"},
    {"水泥", "建材", "JC", 0.24, "Cement"}, {"建筑工程", "建工", "JG", 0.12, "Construction"},
    {"全国地产", "置业", "ZY", 0.22, "Estates"}, {"百货", "百货", "BH", 0.24, "Stores"},
    {"仓储物流", "物流", "WL", 0.11, "Logistics"}, {"港口", "港务", "GW", 0.33, "Ports"},
    {"影视音像", "影视", "YS", 0.30, "Pictures"}, {"环境保护", "环境", "HJ", 0.29, "Environment"},
    {"农业综合", "农科", "NK", 0.17, "Agritech"}, {"纺织", "纺织", "FZ", 0.16, "Textile"},
    {"银行", "银行", "YH", 0.00, "Bank"}, {"证券", "证券", "ZQ", 0.00, "Securities"},
});

constexpr auto kAreas = std::to_array<Area>({
    {"北京", "北京", "北京"}, {"上海", "上海", "上海"}, {"广东", "广东", "广州"},
    {"深圳", "广东", "深圳"}, {"浙江", "浙江", "杭州"}, {"江苏", "江苏", "南京"},
    {"山东", "山东", "济南"}, {"福建", "福建", "福州"}, {"四川", "四川", "成都"},
    {"湖北", "湖北", "武汉"}, {"湖南", "湖南", "长沙"}, {"河南", "河南", "郑州"},
    {"河北", "河北", "石家庄"}, {"安徽", "安徽", "合肥"}, {"江西", "江西", "南昌"},
    {"陕西", "陕西", "西安"}, {"辽宁", "辽宁", "沈阳"}, {"重庆", "重庆", "重庆"},
    {"天津", "天津", "天津"}, {"吉林", "吉林", "长春"}, {"黑龙江", "黑龙江", "哈尔滨"},
    {"云南", "云南", "昆明"}, {"贵州", "贵州", "贵阳"}, {"广西", "广西", "南宁"},
    {"山西", "山西", "太原"}, {"新疆", "新疆", "乌鲁木齐"}, {"内蒙", "内蒙古", "呼和浩特"},
    {"甘肃", "甘肃", "兰州"}, {"宁夏", "宁夏", "银川"}, {"青海", "青海", "西宁"},
    {"海南", "海南", "海口"}, {"西藏", "西藏", "拉萨"},
});

struct Stem {
  std::string_view character;
  char initial;
  std::string_view english;
};

constexpr auto kStems = std::to_array<Stem>({
    {"砚", 'Y', "Yan"}, {"澈", 'C', "Che"}, {"岫", 'X', "Xiu"}, {"霁", 'J', "Ji"},
    {"旻", 'M', "Min"}, {"珩", 'H', "Heng"}, {"翎", 'L', "Ling"}, {"楠", 'N', "Nan"},
    {"槿", 'J', "Ji"}, {"芷", 'Z', "Zhi"}, {"蘅", 'H', "Heng"}, {"泓", 'H', "Heng"},
    {"沅", 'Y', "Yan"}, {"溯", 'S', "Su"}, {"渺", 'M', "Min"}, {"漪", 'Y', "Yan"},
    {"澜", 'L', "Ling"}, {"淇", 'Q', "Qi"}, {"浔", 'X', "Xiu"}, {"汐", 'X', "Xiu"},
    {"昀", 'Y', "Yan"}, {"晏", 'Y', "Yan"}, {"曜", 'Y', "Yan"}, {"晖", 'H', "Heng"},
    {"昶", 'C', "Che"}, {"暄", 'X', "Xiu"}, {"旌", 'J', "Ji"}, {"朔", 'S', "Su"},
    {"栩", 'X', "Xiu"}, {"梓", 'Z', "Zhi"}, {"棠", 'T', "Tan"}, {"榆", 'Y', "Yan"},
    {"樾", 'Y', "Yan"}, {"檀", 'T', "Tan"}, {"桐", 'T', "Tan"}, {"栎", 'L', "Ling"},
    {"笙", 'S', "Su"}, {"筠", 'Y', "Yan"}, {"篁", 'H', "Heng"}, {"箫", 'X', "Xiu"},
    {"笛", 'D', "Duo"}, {"琮", 'C', "Che"}, {"琰", 'Y', "Yan"}, {"璟", 'J', "Ji"},
    {"瑾", 'J', "Ji"}, {"玥", 'Y', "Yan"}, {"珞", 'L', "Ling"}, {"琅", 'L', "Ling"},
    {"玳", 'D', "Duo"}, {"岚", 'L', "Ling"}, {"峤", 'Q', "Qi"}, {"崧", 'S', "Su"},
    {"嵘", 'R', "Rong"}, {"岑", 'C', "Che"}, {"峪", 'Y', "Yan"}, {"嶂", 'Z', "Zhi"},
    {"鹭", 'L', "Ling"}, {"鹤", 'H', "Heng"}, {"鸢", 'Y', "Yan"}, {"雁", 'Y', "Yan"},
    {"鲲", 'K', "Kun"}, {"麒", 'Q', "Qi"}, {"麟", 'L', "Ling"}, {"骥", 'J', "Ji"},
    {"骁", 'X', "Xiu"}, {"驰", 'C', "Che"}, {"墨", 'M', "Min"}, {"砺", 'L', "Ling"},
    {"磐", 'P', "Pan"}, {"硕", 'S', "Su"}, {"碣", 'J', "Ji"}, {"铮", 'Z', "Zhi"},
    {"铎", 'D', "Duo"}, {"锦", 'J', "Ji"}, {"镜", 'J', "Ji"}, {"钰", 'Y', "Yan"},
});

constexpr auto kSurnames = std::to_array<std::string_view>({
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈",
    "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤", "许",
});
// clang-format on

}  // namespace

std::span<const Industry> industries() { return kIndustries; }
int bank_industry() { return static_cast<int>(kIndustries.size()) - 2; }
int broker_industry() { return static_cast<int>(kIndustries.size()) - 1; }
std::span<const Area> areas() { return kAreas; }

CompanyName company_name(int index, int industry) {
  // Every ordered pair of two different characters once, in an order without a pattern to the eye.
  constexpr int kCount = static_cast<int>(kStems.size());
  constexpr int kPairs = kCount * (kCount - 1);
  static_assert(kPairs >= 5500 && kPairs % 1009 != 0);
  const int pair = (index * 1009 + 17) % kPairs;
  const int one = pair / (kCount - 1);
  const int two = (one + 1 + pair % (kCount - 1)) % kCount;
  const Stem& a = kStems[static_cast<std::size_t>(one)];
  const Stem& b = kStems[static_cast<std::size_t>(two)];
  const Industry& branch = kIndustries[static_cast<std::size_t>(industry)];
  const std::string stem = fmt::format("{}{}", a.character, b.character);
  return {.stem = stem,
          .name = stem + std::string(branch.word),
          .initials = fmt::format("{}{}{}", a.initial, b.initial, branch.initials),
          .english = fmt::format("{}{} {} Co.,Ltd.", a.english, b.english, branch.english)};
}

std::string person_name(const Dice& dice, int which) {
  const auto w = static_cast<std::uint64_t>(which);
  const auto pick = [&](std::uint64_t part) {
    const int i = dice.below(static_cast<int>(kStems.size()), Draw::Name, w, part);
    return kStems[static_cast<std::size_t>(i)].character;
  };
  const int i = dice.below(static_cast<int>(kSurnames.size()), Draw::Name, w, 0);
  return fmt::format("{}{}{}", kSurnames[static_cast<std::size_t>(i)], pick(1),
                     dice.chance(0.6, Draw::Name, w, 3) ? pick(2) : std::string_view());
}

}  // namespace kanpan::source::sim::world
