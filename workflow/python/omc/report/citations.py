"""The sources that the methods section cites; catalog/references.bib has them for BibTeX."""

from pathlib import Path

CATALOG = Path(__file__).parents[3] / "catalog" / "references.bib"

SOURCES = {
    "varma": ("Varma & Simon 2006", "BMC Bioinformatics 7:91, doi:10.1186/1471-2105-7-91"),
    "ambroise": ("Ambroise & McLachlan 2002", "PNAS 99:6562, doi:10.1073/pnas.102102699"),
    "anders": ("Anders & Huber 2010", "Genome Biology 11:R106, doi:10.1186/gb-2010-11-10-r106"),
    "johnson": ("Johnson et al. 2007", "Biostatistics 8:118, doi:10.1093/biostatistics/kxj037"),
    "westerhuis": (
        "Westerhuis et al. 1998",
        "J Chemometrics 12:301,"
        " doi:10.1002/(SICI)1099-128X(199809/10)12:5<301::AID-CEM515>3.0.CO;2-S",
    ),
    "nadeau": ("Nadeau & Bengio 2003", "Machine Learning 52:239, doi:10.1023/A:1024068626366"),
    "bouckaert": ("Bouckaert 2003", "Proc 20th Int Conf Machine Learning, 51-58"),
    "airola": (
        "Airola et al. 2011",
        "Comput Stat Data Anal 55:1828, doi:10.1016/j.csda.2010.11.018",
    ),
    "efron": (
        "Efron & Tibshirani 1993",
        "An Introduction to the Bootstrap, doi:10.1201/9780429246593",
    ),
    "bin": ("De Bin et al. 2014", "BMC Med Res Methodol 14:117, doi:10.1186/1471-2288-14-117"),
    "westfall": ("Westfall & Troendle 2008", "Biom J 50:745, doi:10.1002/bimj.200710456"),
    "snell": ("Snell et al. 2018", "Stat Methods Med Res 27:3505, doi:10.1177/0962280217705678"),
    "paule": ("Paule & Mandel 1982", "J Res Natl Bur Stand 87:377, doi:10.6028/jres.087.022"),
    "rover": ("Röver et al. 2015", "BMC Med Res Methodol 15:99, doi:10.1186/s12874-015-0091-1"),
    "higgins": (
        "Higgins et al. 2009",
        "J R Stat Soc A 172:137, doi:10.1111/j.1467-985X.2008.00552.x",
    ),
    "wilson": ("Wilson 1927", "J Am Stat Assoc 22:209, doi:10.1080/01621459.1927.10502953"),
    "newcombe": ("Newcombe 2006", "Stat Med 25:559, doi:10.1002/sim.2324"),
    "holm": ("Holm 1979", "Scand J Stat 6:65, https://www.jstor.org/stable/4615733"),
    "corani": ("Corani & Benavoli 2015", "Machine Learning 100:285, doi:10.1007/s10994-015-5486-z"),
    "benavoli": ("Benavoli et al. 2017", "J Mach Learn Res 18(77)"),
    "delong": ("DeLong et al. 1988", "Biometrics 44:837, doi:10.2307/2531595"),
    "calster": ("Van Calster et al. 2019", "BMC Medicine 17:230, doi:10.1186/s12916-019-1466-7"),
    "austin": ("Austin & Steyerberg 2019", "Stat Med 38:4051, doi:10.1002/sim.8281"),
    "vickers": ("Vickers & Elkin 2006", "Med Decis Making 26:565, doi:10.1177/0272989X06295361"),
    "nogueira": ("Nogueira et al. 2018", "J Mach Learn Res 18(174)"),
    "breiman": ("Breiman 2001", "Machine Learning 45:5, doi:10.1023/A:1010933404324"),
    "harrell": ("Harrell et al. 1982", "JAMA 247:2543, doi:10.1001/jama.1982.03320430047030"),
    "uno": ("Uno et al. 2011", "Stat Med 30:1105, doi:10.1002/sim.4154"),
    "uno_auc": ("Uno et al. 2007", "J Am Stat Assoc 102:527, doi:10.1198/016214507000000149"),
    "graf": (
        "Graf et al. 1999",
        "Stat Med 18:2529,"
        " doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5",
    ),
    "kaplan": ("Kaplan & Meier 1958", "J Am Stat Assoc 53:457, doi:10.1080/01621459.1958.10501452"),
    "simon": ("Simon et al. 2011", "Brief Bioinform 12:203, doi:10.1093/bib/bbr001"),
    "vickers_survival": (
        "Vickers et al. 2008",
        "BMC Med Inform Decis Mak 8:53, doi:10.1186/1472-6947-8-53",
    ),
    "cox": ("Cox 1972", "J R Stat Soc B 34:187, doi:10.1111/j.2517-6161.1972.tb00899.x"),
    "polsterl": ("Pölsterl 2020", "J Mach Learn Res 21(212)"),
    "platt": ("Platt 1999", "Advances in Large Margin Classifiers, 61-74, MIT Press"),
    "pedregosa": ("Pedregosa et al. 2011", "J Mach Learn Res 12:2825"),
    "kuhn": ("Kuhn 2008", "J Stat Softw 28(5), doi:10.18637/jss.v028.i05"),
    "molder": ("Mölder et al. 2021", "F1000Research 10:33, doi:10.12688/f1000research.29032.2"),
    "collins": ("Collins et al. 2024", "BMJ 385:e078378, doi:10.1136/bmj-2023-078378"),
    "kapoor": ("Kapoor & Narayanan 2023", "Patterns 4:100804, doi:10.1016/j.patter.2023.100804"),
}


class Citations:
    """Cites sources in the text and remembers them for the list at the end."""

    def __init__(self):
        self.cited = []

    def __call__(self, *keys: str) -> str:
        self.cited += [key for key in keys if key not in self.cited]
        return f"({'; '.join(SOURCES[key][0] for key in keys)})"

    def listed(self) -> str:
        return "\n".join(
            f"- {name}. {where}." for name, where in sorted(SOURCES[key] for key in self.cited)
        )

    def bibtex(self) -> str:
        """Entries of the cited sources, in the order of their keys."""
        known = bibtex_entries(CATALOG.read_text(encoding="utf-8"))
        return "\n".join(known[key] for key in sorted(self.cited)) + "\n"


def bibtex_entries(text: str) -> dict[str, str]:
    """Entries by key; each is a line that begins with @."""
    lines = [line for line in text.splitlines() if line.startswith("@")]
    return {line.partition("{")[2].partition(",")[0]: line for line in lines}
