// The interface in English and Chinese, chosen by the browser's language.

const CHINESE: Record<string, string> = {
  "literature map": "文献图谱",
  Dataset: "数据集", Modality: "模态", Method: "方法", Task: "任务",
  Datasets: "数据集", Modalities: "模态", Methods: "方法", Tasks: "任务",
  introduces: "提出", uses: "使用", compares: "对比", mentions: "提及",
  introduced: "提出", used: "使用", compared: "对比", mentioned: "提及",
  "used-for": "用于", "evaluated-on": "评测于", "trained-on": "训练于", "applied-to": "应用于",
  "benchmark-for": "基准", "has-modality": "模态为", "part-of": "属于", "is-a": "是一种", "compared-with": "对比",
  "Find entity or paper": "查找实体或论文", "Search": "搜索",
  "Nothing found for “{}”": "未找到“{}”",
  "{} papers": "{} 篇论文", "1 paper": "1 篇论文", "{} entities": "{} 个实体",
  "Showing {} of {} entities: those named in most papers.": "显示 {} / {} 个实体（论文数最多者）。",
  "{} of {} visible": "可见 {} / {}",
  Filters: "筛选", Types: "类型", "Named in at least": "至少出现于", Years: "年份", Lines: "连线",
  "From year": "起始年", "To year": "截止年",
  "All": "全部", "Stated": "明述", "Together": "共现", "None": "无",
  "Reset view": "重置", "Back": "返回", "Overview": "总览", "Close": "关闭",
  "Most studied": "研究最多", "Larger shapes are named in more papers. Choose a shape, a line or a name.": "图形越大论文越多。点击图形、连线或名称。",
  "Also called": "又称", "What it is": "是什么", Broader: "上位概念", Narrower: "下位概念", "Relations stated in papers": "论文明述的关系", "Often named together": "常同时出现",
  "In the papers’ words": "论文原文", Papers: "论文", "Show {} more": "再显示 {} 条", "{} more": "另有 {} 条",
  "{} of {} papers are in this file.": "此文件含 {} / {} 篇论文。",
  "Open the paper": "打开论文", Abstract: "摘要", "No abstract.": "无摘要。",
  "Only the sentences cited on this map are in this file.": "此文件仅含图中引用的句子。",
  "Named in this paper": "本文涉及", "Named together in {}": "共同出现于 {}",
  "No paper states a relation between them; they are named in the same papers.": "没有论文明述二者关系，仅在同一论文中出现。",
  "No entity is visible. Widen the filters.": "没有可见实体，请放宽筛选。",
  "This graph has no entities yet.": "此图谱尚无实体。",
  "This browser cannot draw the map (WebGL is off). Search, lists and panels work.": "此浏览器无法绘制图谱（WebGL 已关闭），搜索与面板可用。",
  "Table": "表格", "Matrix": "矩阵", "Timeline": "时间线", "Views": "视图", "Entities": "实体", "Columns": "列",
  "Save": "保存", "Picture (PNG)": "图片（PNG）", "Picture (SVG)": "图片（SVG）", "Rows (CSV)": "数据行（CSV）", "Ids of the papers": "论文编号列表",
  "Name": "名称", "Type": "类型", "First": "最早", "Latest": "最近", "no paper": "无论文", "of {}": "共 {}",
  "Papers that name both; {} of {} cells are empty. Arrow keys move between cells.": "同时提及二者的论文数；{} / {} 个单元格为空。方向键在单元格间移动。",
  "The year of the first paper in this graph that names the entity, under the filters chosen.": "在当前筛选下，此图谱中首次提及该实体的论文年份。",
  "Role in the paper": "在论文中的角色", "Confidence at least": "置信度至少", "any": "不限", "all": "全部", "Venues": "发表处", "no venue": "发表处不详", "{} of {}": "{} / {}",
  "Path to…": "到……的路径", "Path between them": "二者间的路径", "Neighbours only": "仅相邻", "Neighbours of neighbours": "两步之内",
  "No path joins them under these filters.": "在当前筛选下二者之间没有路径。", "Shortest path: {} steps": "最短路径：{} 步", "named together with": "共现于",
  "No paper names both under these filters.": "在当前筛选下没有论文同时提及二者。",
  "no year": "年份不详", Map: "图谱", "Zoom in": "放大", "Zoom out": "缩小", "{} lines": "{} 条连线",
  "Arrow keys move between shapes, Enter opens one, plus and minus zoom, 0 shows all.": "方向键在图形间移动，回车打开，加减号缩放，0 显示全部。", "sentences": "句子",
  "Showing {} of {} entities; search finds all.": "显示 {} / {} 个实体；搜索可查全部。", "More sentences": "更多句子",
  "{} query": "{} 查询", Cookbook: "问题集", "A question of the cookbook…": "选择常用问题……", Run: "运行", Stop: "停止", "Asking…": "查询中……", "Stopped.": "已停止。",
  "1 row": "1 行", "{} rows": "{} 行", "1 entity": "1 个实体", "{} rows, more were left out": "{} 行，其余已省略", "{} in {} s": "{}，用时 {} 秒", Answer: "结果", "Show on the map": "在图谱中显示",
  "Fill in the parameters; an empty one is not given.": "请填写参数；留空则不传。",
  "The graph was built anew. Load the page again.": "图谱已重建，请重新加载页面。",
};

const zh = navigator.language.toLowerCase().startsWith("zh");
if (zh) document.documentElement.lang = "zh";

/** The phrase in the reader's language, `{}` filled in order. */
export function t(phrase: string, ...values: (string | number)[]): string {
  let index = 0;
  const text = zh ? CHINESE[phrase] ?? phrase : phrase;
  return text.replace(/\{\}/g, () => {
    const value = values[index++];
    return typeof value === "number" ? number(value) : value;
  });
}

export const number = (value: number): string => value.toLocaleString(zh ? "zh" : "en");
export const papers = (count: number): string => (count === 1 ? t("1 paper") : t("{} papers", count));
export const kindLabel = (kind: string): string => (zh ? t(kind) : kind.replaceAll("-", " "));
export const plural = (type: string): string => t(type === "Modality" ? "Modalities" : `${type}s`);
