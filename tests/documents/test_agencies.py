"""Agencies are resolved through names, aliases and the hierarchy of regions; what is doubtful is left to a person."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from graphkit.documents.agencies import AgencyFinder
from graphkit.documents.gazetteer import case_gazetteer, default_gazetteer
from graphkit.documents.mention import Mention
from graphkit.documents.regions import china

FINDER = AgencyFinder(default_gazetteer())


def agencies(text: str) -> list[Mention]:
    return [one for one in FINDER.find(text) if one.kind == "agency"]


def ids(text: str) -> list[str | None]:
    return [one.id for one in agencies(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("审计署太原特派办", ["nao-140100"]),
        ("审计署驻太原特派员办事处", ["nao-140100"]),
        ("山西省发展和改革委员会、省发改委、山西发展改革委", ["ndrc-140000"] * 3),
        ("太原市小店区人社局和区财政局", ["human-resources-140105", "finance-140105"]),
        ("省财政厅、发展改革委、人社厅", [None, None, None]),
        ("山西省财政厅、发展改革委、人社厅", ["finance-140000", "ndrc-140000", "human-resources-140000"]),
        ("国家发展改革委、财政部、工信部、人民银行", ["ndrc", "mof", "miit", "pboc"]),
        ("山西省委省政府", ["party-140000", "government-140000"]),
        ("中共山西省委办公厅", ["party-office-140000"]),
        ("国家税务总局山西省税务局", ["tax-140000"]),
        ("北京市科委、市教委", ["science-110000", "education-110000"]),
        ("霍州市水利局报市政府", ["water-141082", "government-141082"]),
        ("大理州财政局", ["finance-532900"]),
        ("浦东新区区委", ["party-310115"]),
        ("长治市人民政府国有资产监督管理委员会", ["state-assets-140400"]),
        ("太原市小店区审计局通过区水利局", ["audit-140105", "water-140105"]),
        ("黄山市审计局会同县卫健委", ["audit-341000", None]),
        ("由县医保局牵头，会同县卫健委核查", [None, None]),
        ("怀化市会同县卫健委", ["health-431225"]),
        ("责成县水利局主办", [None]),
        ("国家金融监督管理总局菏泽监管分局", ["nfra-371700"]),
        ("太原市财政局、农行太原分行", ["finance-140100", "abc-140100"]),
        ("信阳市商城县。市生态环境局商城分局", ["environment-411524"]),
        ("绵阳市审计局、审计厅", ["audit-510700", "audit-510000"]),
        ("国务院第六次大督查第四督查组", ["state-council-inspection"]),
        ("威宁自治县交通运输局", ["transport-520526"]),
        ("湘西自治州审计局", ["audit-433100"]),
        ("凌海市审计局发现。县水利局、市水利局", ["audit-210781", None, "water-210781"]),
        ("凌海市审计局发现。大业镇人民政府", ["audit-210781", "government-大业镇-210781"]),
    ],
)
def test_an_office_is_known_by_its_function_and_region(text: str, expected: list[str | None]) -> None:
    assert ids(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A bare list after a place, and without one.
        ("徐闻县财政、公安等部门", ["finance-440825", "public-security-440825"]),
        (
            "永顺县审计局。由县财政、自然资源和住建等部门",
            ["audit-433127", "finance-433127", "natural-resources-433127", "housing-433127"],
        ),
        ("徐闻县审计。由财政、公安等部门", [None, None]),
        # Bodies that are named before their territory are not the party's committee.
        ("民建成都市委、民盟四川省委会", ["cndca-510100", "cdl-510000"]),
        ("成都市调研。团市委、民进市委、市委", ["youth-league-510100", "capd-510100", "party-510100"]),
        ("政协成都市委员会、政协第十三届山西省委员会", ["consultative-510100", "consultative-140000"]),
        ("中国共产党成都市委员会", ["party-510100"]),
        # The local office for finance, and the branch of the national one.
        ("福州市金融监管局、福建省地方金融监管局", ["finance-office-350100", "finance-office-350000"]),
        ("山西金融监管局、太原金融监管分局", ["nfra-140000", "nfra-140100"]),
        # Offices and leading groups of a party committee and a government.
        ("海伦市委巡察工作领导小组办公室、市委巡察办", ["party-inspection-231283"] * 2),
        (
            "成都市委社会工作部、市委网信办、市委外办",
            ["party-social-work-510100", "party-cyberspace-510100", "foreign-affairs-510100"],
        ),
        ("海伦市委实施乡村振兴战略领导小组办公室", ["party-实施乡村振兴战略领导小组办公室-231283"]),
        ("恩平市府办、市政府办公室", ["government-office-440785"] * 2),
        ("自治区党委、乡党委", [None]),
        ("内蒙古自治区党委办公厅", ["party-office-150000"]),
        ("襄阳市。市、县财政、民政等部门；某县财政、民政等部门", [None] * 4),
        ("八师石河子市审计局、建工师审计局", ["audit-659001", None]),
        # The production corps of Xinjiang and its divisions.
        (
            "第八师石河子市审计局、师市审计局、第八师民政局、师纪委监委",
            ["audit-659001", "audit-659001", "civil-affairs-659001", "discipline-659001"],
        ),
        ("新疆审计。新疆生产建设兵团财政局、兵团审计局", [None, None]),
        ("科右中旗审计局、察右前旗财政局", ["audit-152222", "finance-150926"]),
        # Zones are no regions with a code.
        ("武汉市调研。东湖高新区人社局、经开区财政局", [None, None]),
        ("国家文物局、国家矿山安全监察局山西局", ["heritage-administration", "mine-safety-140000"]),
    ],
)
def test_which_office_a_name_means(text: str, expected: list[str | None]) -> None:
    assert ids(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "中国农业发展银行延边州分行关于检查情况的通报\n州分行检查了汪清县支行。",
            ["adbc-222400", "adbc-222400", "adbc-222424"],
        ),
        ("工商银行发放贷款。汪清县支行收回。", ["icbc", "icbc-222424"]),
        ("工商银行、农业银行发放贷款。汪清县支行收回。", ["icbc", "abc", None]),
        ("晋商银行发放贷款。汪清县支行收回。", [None, None]),
        ("汪清县支行收回。", [None]),
        ("建设银行湖北省分行审计情况\n枣阳支行、朝阳支行收回。", ["ccb-420000", "ccb-420683", None]),
        ("市农行、工行等银行发放贷款。枣阳支行收回。", ["icbc", None]),
    ],
)
def test_a_bare_branch_is_that_of_the_documents_bank_or_of_the_only_one_named(
    text: str, expected: list[str | None]
) -> None:
    assert ids(text) == expected


def test_a_bare_branch_of_one_of_several_banks_is_left_to_a_person() -> None:
    *_, one = agencies("工商银行、农业银行发放贷款。汪清县支行收回。")
    assert one.candidates == ("abc-222424", "icbc-222424")
    assert "a person must choose" in one.explanation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("锦州市审计局\n2020年9月22日", ["audit-210781", "audit-210700", "audit-210700"]),  # signs it
        ("凌海市审计局\n", ["audit-210781", "audit-210781", "audit-210781"]),
    ],
)
def test_a_bare_city_is_that_of_the_office_which_signs(text: str, expected: list[str]) -> None:
    assert ids(f"检查情况\n凌海市审计局发现问题。市审计局已督促整改。\n{text}") == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("各镇人民政府、街道办事处，区财政局", ["各镇人民政府、街道办事处", "区财政局"]),
        ("关于辽北粮食储备集团有限责任公司的报告", ["辽北粮食储备集团有限责任公司"]),
        ("威宁县交通运输局欠付威宁草海运输有限公司运费", ["威宁县交通运输局", "威宁草海运输有限公司"]),
        ("中国石油甘肃销售公司等选派干部", ["中国石油甘肃销售公司"]),
        ("结合自治区审计厅统一部署", ["自治区审计厅"]),
        ("扶余市三岔河国家粮食储备库有限公司", ["扶余市三岔河国家粮食储备库有限公司"]),
        ("永顺县溪州职业中专学校整改期间", ["永顺县溪州职业中专学校"]),
        ("由晋商银行太原分行发放", ["晋商银行太原分行"]),
        ("关于巡察建瓯市粮食收储有限公司", ["建瓯市粮食收储有限公司"]),
        ("根据东湖高新区管委会部署", ["东湖高新区管委会"]),
        ("街道党工委责令金地社区居委会", ["街道党工委", "金地社区居委会"]),
        ("佛祖岭街道办事处、街道财政所、大田镇中心卫生院", ["佛祖岭街道办事处", "街道财政所", "大田镇中心卫生院"]),
        ("兵团审计局查明，一四三团未拨付", ["兵团审计局", "一四三团"]),
        ("由集团财务部、法务部牵头", ["集团财务部", "法务部"]),
        ("对柳林鑫泰煤业有限公司审计。鑫泰煤业拖欠", ["柳林鑫泰煤业有限公司", "鑫泰煤业"]),
        ("各省、自治区、直辖市及新疆生产建设兵团财政厅（局）", ["各省、自治区、直辖市及新疆生产建设兵团财政厅（局）"]),
        ("武汉特派员办事处（以下简称武汉办）", ["武汉特派员办事处", "武汉办"]),
    ],
)
def test_a_name_is_taken_whole_and_no_more(text: str, names: list[str]) -> None:
    assert [text[one.start : one.end] for one in agencies(text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "委托财政评审机构",
        "纳入医保定点范围",
        "完成县级任务",
        "省委托中介",
        "市政府采购项目",
        "创新乡村治理",
        "扶贫办理流程",
        "长治久安",
        "当局面对困难",
        "第一次全国人大代表",
        "居民建成房屋",
        "教师委托",
        "社团市场",
        "乡镇卫生院",
    ],
)
def test_words_that_only_look_like_an_office_or_a_place(text: str) -> None:
    assert [one for one in FINDER.find(text) if not one.generic] == []


def test_a_group_of_offices_is_no_one_office() -> None:
    found = agencies("各市人民政府、财政、卫健等部门和县级民政部门")
    assert all(one.generic and one.id is None for one in found)
    assert len(found) == 4


def test_a_name_that_several_regions_have_is_left_to_a_person() -> None:
    (one,) = agencies("朝阳区人社局")
    assert one.id is None
    assert set(one.candidates) == {"human-resources-110105", "human-resources-220104"}
    assert "a person must choose" in one.explanation
    (_, two) = [one for one in FINDER.find("长春市审计。朝阳区人社局") if one.kind in {"agency", "region"}]
    assert two.id == "human-resources-220104"


def test_a_bare_office_takes_the_region_named_before_and_says_so() -> None:
    *_, one = agencies("在运城市调研时，市民政局介绍")
    assert one.id == "civil-affairs-140800"
    assert "运城市 is named before" in one.explanation


def test_a_short_name_that_the_text_brings_in() -> None:
    found = agencies("赣江新能源集团有限公司（以下简称新能源集团）亏损。新能源集团应当整改")
    assert [one.name for one in found] == ["赣江新能源集团有限公司"] * 3


def test_a_case_has_its_own_agencies_and_regions() -> None:
    finder = AgencyFinder(
        case_gazetteer(
            [{"code": "R1", "name": "虚拟新区", "level": "county", "parent": "140100"}],
            [
                {"id": "tyt", "name": "审计署驻太原特派员办事处", "region": "140100", "aliases": "太原特派办"},
                {"id": "fin", "name": "山西省财政厅", "region": "140000", "aliases": "晋财"},
                {"id": "own", "name": "虚拟新区民政局", "region": "R1", "aliases": None},
                {"id": "a1", "name": "山西省审计厅一处", "region": "140000", "aliases": "审计一处"},
                {"id": "a2", "name": "太原市审计局一处", "region": "140100", "aliases": "审计一处"},
            ],
            "140100",
        )
    )
    found = {
        one.end: one for one in finder.find("审计署太原特派办，省财政厅，晋财，虚拟新区民政局，审计一处，国家发改委")
    }
    assert [one.id for one in found.values()] == ["tyt", "fin", "fin", "own", None, "ndrc"]
    doubtful = next(one for one in found.values() if one.id is None)
    assert doubtful.candidates == ("a1", "a2")


def test_the_regions_of_china_are_whole() -> None:
    regions = {one.code: one for one in china()}
    assert all(one.parent is None or one.parent in regions for one in regions.values())
    above = {"central": "", "province": "central", "city": "province", "county": "city"}
    for one in regions.values():
        if one.parent is None:
            assert one.level == "central"
        else:
            assert regions[one.parent].level in {
                above[one.level],
                "province" if one.level == "county" else above[one.level],
            }
    assert sum(one.level == "county" for one in regions.values()) == 2975
    assert not {"市辖区", "县", "省直辖县级行政区划"} & {one.name for one in regions.values()}
    source = files("graphkit") / "data" / "cn-divisions" / "regions.csv"
    assert next(csv.reader(source.read_text(encoding="utf-8").splitlines())) == ["code", "name", "level", "parent"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("查出问题后，闽瑞公司退回补助。", "闽瑞公司"),
        ("责令青州泰合商贸城退款。", "青州泰合商贸城"),
        ("第三方机构康颐养老服务中心代签。", "康颐养老服务中心"),
        ("大沁他拉镇的金色摇篮幼儿园没有收到。", "金色摇篮幼儿园"),
        ("川北晨报评论员撰文。", "川北晨报"),
        ("和顺县调研时，县社会福利中心未招标。", "县社会福利中心"),
        ("长汀县总医院迟付，总医院称已补。", "总医院"),
        ("移送有关部门处理。", "有关部门"),
        ("各县（市、区）乡村振兴局：", "各县（市、区）乡村振兴局"),
        ("各乡镇人民政府，县直有关单位：\n现通知如下。", "县直有关单位"),
        ("玉溪市生态环境局江川分局未监测。", "玉溪市生态环境局江川分局"),
    ],
)
def test_a_name_without_a_region_or_of_a_group(text: str, name: str) -> None:
    assert name in [text[one.start : one.end] for one in agencies(text)]


@pytest.mark.parametrize(
    "text",
    [
        "抽查学校56所。",
        "由施工公司负责。",
        "子公司亏损。",
        "向集团公司反馈。",
        "通过农村合作社销售。",
        "占用厂房。",
        "在校中学生。",
    ],
)
def test_what_describes_a_body_does_not_name_it(text: str) -> None:
    assert agencies(text) == []


def test_a_name_with_a_blank_or_the_end_of_a_line_in_it() -> None:
    text = "经绥化市审 计局查明，补贴由县农业农村\n局发放，见《县民 政》。"
    assert [text[one.start : one.end] for one in agencies(text)] == ["绥化市审 计局", "县农业农村\n局"]


def test_the_city_named_first_is_the_texts_own() -> None:
    *_, own = agencies("石狮市调研。泉州市审计局派人到石狮市水利局，市民政局介绍")
    assert own.id == "civil-affairs-350581"
    *_, above = agencies("泉州市调研。石狮市审计局派人，市民政局介绍")
    assert above.id == "civil-affairs-350500"


def test_nothing_is_found_in_a_damaged_place() -> None:
    text = "与山西省财政厅沟通"
    hurt = bytearray(len(text))
    hurt[3] = 1
    assert FINDER.find(text, hurt) == [] or all(one.start > 3 or one.end <= 3 for one in FINDER.find(text, hurt))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("扶贫办和县财政局未分解资金。", ["扶贫办", "县财政局"]),
        ("支持620户移民办起农家乐。", []),
        ("11个县财政部门未按进度支付。", []),
        ("通过电子税务局提交申请。", []),
        ("法规审理科牵头，各县配合。", ["法规审理科"]),
        ("由信贷管理部负责。", ["信贷管理部"]),
        ("财政部农业司将委托第三方机构开展评价。", ["财政部农业司"]),
        ("国务院各部委，各单位：", ["国务院各部委"]),
        ("直接委托遵义启程职业培训学校实施。", ["遵义启程职业培训学校"]),
        ("服务商闽北康乐养老服务有限公司虚报次数。", ["闽北康乐养老服务有限公司"]),
        ("民政厅（局、委）", ["民政厅"]),
        ("各省民政厅（局、委）：", ["各省民政厅（局、委）"]),
        ("在市五届人大常委会上报告。", ["市五届人大常委会"]),
        ("取消协会代收检测费。", []),
        ("刘家垣镇将43名人员列入。", ["刘家垣镇"]),
        ("问街道，说要等拨款。", []),
        ("中标单位内蒙古沃野水利工程有限公司施工力量不足。", ["内蒙古沃野水利工程有限公司"]),
        ("责成润河镇人民政府处理。", ["润河镇人民政府"]),
        ("宿迁市人大常委会人代联委督办。", ["宿迁市人大常委会人代联委"]),
        ("天津市政府新闻办举行发布会。", ["天津市政府新闻办"]),
        ("委托宿迁市师范学校培训。", ["宿迁市师范学校"]),
        ("百色市西林民族高中滞留补助。", ["百色市西林民族高中"]),
        ("中储粮佳木斯直属库同江分库收购。", ["中储粮佳木斯直属库同江分库"]),
        ("福安市人民检察院（下称福安院）立案，福安院走访茶农。", ["福安市人民检察院", "福安院", "福安院"]),
    ],
)
def test_a_name_is_read_from_its_first_word_to_its_last(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in agencies(text)] == found


def test_an_unsigned_document_is_of_the_region_that_its_title_begins_with() -> None:
    assert ids("酒泉市营商环境审计结果\n授权交叉审计高台县。市商务局拖延。张掖市高台县住建局")[:1] == [
        "commerce-620900"
    ]
    assert (
        ids("雷州市渔业资金整改台账\n填报单位：雷州市财政局\n与湛江市财政局对账，经市审计局核实。")[-1]
        == "audit-440882"
    )


def test_a_county_named_in_full_is_known_without_its_last_word() -> None:
    text = "剑阁县、苍溪县汇报。市审计局对剑阁、苍溪两县审计，寿光日报报道。"
    assert [one.id for one in FINDER.find(text) if one.kind == "region"] == ["510823", "510824"] * 2


def test_an_office_of_a_city_in_a_county_is_called_by_its_last_words() -> None:
    *_, again = agencies("玉溪市生态环境局江川分局未监测。江川分局补设断面。")
    assert again.id == "environment-530403"


@pytest.mark.parametrize(
    "name",
    [
        "市图书馆", "县种子站", "市质检所", "市规划设计院", "市安全生产委员会办公室", "市治欠办", "县农商行",
        "市二中", "县粮食储备库", "县畜牧水产局", "市优化营商环境专班", "市公安局交警支队",
        "县税务局东村税务分局", "市政协办公室", "市人大常委会财政经济委员会", "岚县水管所", "吕梁市博物馆",
        "山西证监局", "国家能源局山西监管办公室", "国家电网山西省电力公司", "中国人寿岚县支公司",
    ],
)  # fmt: skip
def test_bodies_of_every_kind_are_found_whole(name: str) -> None:
    found = agencies(f"吕梁市审计局公告。岚县汇报。{name}未整改。")
    assert [one.end - one.start for one in found][1:] == [len(name)]


@pytest.mark.parametrize(
    "words", ["县医院", "县域内住院", "市场开办者", "各镇办", "岚县中小学校", "残联窗口", "市政布局"]
)
def test_words_that_end_like_a_body_are_none(words: str) -> None:
    assert agencies(f"到{words}。") == []


def test_a_short_office_may_stand_alone() -> None:
    assert ids("太原市财政局查明，残联未核对。") == ["finance-140100", "disabled-140100"]


def test_a_company_named_by_its_city_and_county_tells_the_county() -> None:
    assert ids("台州市椒江城市发展投资集团有限公司整改，区财政局督促。")[1] == "finance-331002"


def test_an_office_with_several_functions_counts_as_one_for_the_first() -> None:
    found = ids("太原市民政和人社局、市财政金融局、市教科局、市科技工信局")
    assert found == ["civil-affairs-140100", "finance-140100", "education-140100", "science-140100"]


def test_offices_of_a_prefecture_and_commissions_of_any_name() -> None:
    text = "喀什地区行署、地区教育局，义乌市市场发展委。"
    assert [text[one.start : one.end] for one in agencies(text)] == ["喀什地区行署", "地区教育局", "义乌市市场发展委"]
    assert ids(text)[:2] == ["government-653100", "education-653100"]


@pytest.mark.parametrize(
    ("text", "words", "identity"),
    [
        ("月末向人行海口中心支行报告。", "人行海口中心支行", "pboc-460100"),
        ("人行商洛中支牵头。", "人行商洛中支", "pboc-611000"),
        ("中国农业银行静海支行收取评估费。", "中国农业银行静海支行", "abc-120118"),
    ],
)
def test_a_banks_office_in_a_place_whose_short_name_is_a_word_too(text: str, words: str, identity: str) -> None:
    (found,) = agencies(text)
    assert (text[found.start : found.end], found.id) == (words, identity)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("多付广西浔江路桥有限公司工程款。", "广西浔江路桥有限公司"),
        ("多亏长安银行商洛分行主动上门。", "长安银行商洛分行"),
        ("省属安徽皖北建材集团未减免租金。", "安徽皖北建材集团"),
        ("该县打通县民政局的数据。", "县民政局"),
        ("其三，因旗农牧局未确认面积。", "旗农牧局"),
        ("由省联社负责。", "省联社"),
        ("海南省农村信用社联合社文件", "海南省农村信用社联合社"),
    ],
)
def test_where_a_name_begins_and_ends(text: str, words: str) -> None:
    assert [text[one.start : one.end] for one in agencies(text)] == [words]
