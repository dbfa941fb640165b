"""What the engine knows of Dutch words: which carry no subject, which are verbs, what may be the name of a theme.

There is no tagger in the house (the smallest Dutch one is larger than everything else together), so this is a short list of
closed classes and common verbs, and a few regular endings. A word that is doubtful is not used in a label; there are
always others.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kennislab.core.language import STOP_WORDS, fold

WORD = re.compile(r"[^\W\d_][\w]*(?:['’\-][\w]+)*['’]?|\d+")

DETERMINERS = frozenset(
    """
    de het een deze die dit dat mijn je jouw uw ons onze hun zijn haar elke ieder iedere welke welk geen alle sommige veel meer
    minder beide
    """.split()
)
PREPOSITIONS = frozenset(
    """
    van voor met op in bij naar over tegen tussen door zonder rond rondom via uit aan onder binnen buiten na per tijdens wegens qua
    inzake betreffende omtrent
    """.split()
)
ASKING = frozenset("hoe wat wie waar wanneer welke welk waarom waarmee waarvoor waaraan waarop hoeveel hoelang hoever".split())
MODALS = frozenset(
    """
    kan kun kunt kunnen mag mogen moet moeten wil willen zal zult zullen gaat gaan ga laat laten helpt helpen zou zouden hoef hoeft
    hoeven dient dienen
    """.split()
)

_MORE_EMPTY = """
    nodig soort manier wijze geval keer reden gevolg stand zaken vraag vragen antwoord tijd jaar jaren maand week dag moment
    ervaring ervaringen voorbeeld voorbeelden mogelijkheid mogelijkheden iets niets iemand niemand zaak ding dingen deel aantal
    effectief slim precies nieuw nieuwe goed goede beter beste groot grote klein kleine juist juiste ander echte hele heel
    volgens vanaf sinds tot bijvoorbeeld verder genoeg terecht vooraf achteraf vooral meteen direct soms vaak ooit misschien
    plaats kant hand bepaalde verschillende diverse huidige mogelijk alsnog rol stap stappen aandacht situatie verschil invloed
    gebied informatie onderwerp eigen wanneer toekomst verband kader algemeen algemene hogere lagere gebruik belang start einde
    fase aanpak mensen bedoeling taak taken problemen probleem belangrijk belangrijke procent euro evolutie opvolging cijfers
    steeds telkens gang werking regel termijn gevallen gevaar oog hoofd toepassing bezit half
    """
EMPTY = STOP_WORDS | DETERMINERS | PREPOSITIONS | ASKING | MODALS | frozenset(_MORE_EMPTY.split())
"""Words that name no subject. Whole words as written, folded."""

_VERBS = """
    aanbieden aangaan aanleggen aanmelden aanpakken aanpassen aanspreken aanvragen aantonen aansluiten aanschaffen aanzetten
    achterhalen activeren afgaan afleveren afstemmen afsluiten afwegen annuleren bedenken begeleiden beginnen begrijpen behalen
    beheersen behouden bekijken beleven bellen belonen benaderen benutten bepalen bereiken berekenen beschermen beslissen bespreken
    bestaan bestrijden betalen betekenen betrekken bevorderen bewaken bewaren beweren bewijzen bezitten bezorgen bieden bijdragen
    binden blijven borgen bouwen breken brengen centreren checken combineren communiceren controleren creëren dalen danken delen
    denken doorbreken doorgeven doorgaan doorlopen doen dragen draaien dreigen drinken durven duren dwingen eindigen eten evalueren
    financieren functioneren garanderen gebeuren gebruiken gelden geloven geven genieten graven groeien halen hanteren hebben heten
    helpen herkennen herstellen heffen hoeven horen houden identificeren indienen inrichten inschakelen inschatten inschrijven
    inspelen inzetten inzien investeren invullen isoleren kennen kiezen kijken klagen klinken komen koppelen kopen kosten koelen
    krijgen kunnen lachen laten leggen leiden lenen leren leven leveren lezen liggen lijken lopen losmaken lukken maken meedenken
    meedoen meekrijgen meenemen meeprofiteren meten merken missen moeten mogen motiveren nadenken nemen noemen omgaan onderhouden
    onderscheiden ondersteunen onderzoeken ontbreken ontdekken ontmoeten ontstaan ontvangen ontwikkelen opbouwen openen opgaan
    ophalen ophouden oplossen opnemen oppakken opschalen opstellen opvangen opvragen opzetten organiseren overdragen overleggen
    overnemen overtuigen passen plaatsen plannen praten presenteren profiteren raken realiseren reageren reduceren regelen reizen
    richten rijden roepen samenbrengen samenwerken schaden schakelen schalen scheiden schrijven slaan slagen slapen sluiten snappen
    spelen spreken staan stappen stapelen stellen stemmen sterven stijgen stimuleren stoppen storen sturen tegengaan terugbrengen
    terugkeren tonen toepassen toestaan toenemen toewerken treffen trekken uitleggen uitnodigen uitschrijven uitvoeren uitwisselen
    vallen vangen vaststellen vasthouden vastleggen vatten veranderen verantwoorden verbeteren verbieden verbinden verbouwen
    verdelen verdienen verdiepen verdwijnen verduurzamen vergelijken vergeten vergroten verhogen verhuizen verklaren verkopen
    verkrijgen verlagen verlaten verliezen verlopen vermijden verminderen verplichten verschillen versnellen versterken vertellen
    vertragen vertrouwen vertrekken verwachten verwerken verwijderen verzamelen verzilveren vinden voelen voeden volgen voldoen
    volhouden voorkomen voorbereiden voorzien vormen vragen waarborgen waken wachten wassen weigeren wegblijven wegen wegnemen
    werken werven weten willen winnen wijzen wijzigen wisselen wonen worden zeggen zetten zien zitten zoeken zorgen zwijgen
    """
_IRREGULAR = """
    voorkom voorkomt voorkwam ontkomt overkomt opkomt aankomt
    doet doe deed deden gedaan ziet zie zag zagen gezien gaat ging gingen gegaan slaat sloeg staat sta stond stonden gestaan komt
    kom kwam kwamen gekomen geeft geef gaf gaven gegeven neemt neem nam genomen brengt bracht gebracht denkt dacht gedacht vindt
    vind vond gevonden krijgt krijg kreeg gekregen kiest kies koos gekozen spreekt sprak gesproken helpt hielp geholpen houdt houd
    hield gehouden blijft bleef gebleven leest lees las gelezen gelezen ligt lag gelegen loopt liep gelopen zit zat gezeten zegt zei
    gezegd schrijft schreef geschreven weet wist geweten wordt werd geworden trekt trok getrokken treft trof getroffen bereikt
    betrokken begint begon begonnen besluit besloot besloten bestaat bestond betaalt betaalde betaald biedt bood geboden gebeurt
    gebeurde gebeurd geldt gold gegolden hoort koopt kocht gekocht laat liet gelaten leeft maakt maakte gemaakt verloopt verloren
    vraagt vroeg gevraagd werkt werkte gewerkt zoekt zocht gezocht verdwijnt levert zorgt wilde kon konden moest moesten mocht
    ontvangt ontving ontvangen gekregen kwijt gebroken betrek verbind verbindt ondersteun ondersteunt scheelt schaalt aankan telt
    voelt hangt rust wacht komt waarborgt vertrekt voorziet steunt vereist scoort slaagt stijgt daalt beslist verschilt past bevat
    betreft
    """
_SEPARABLE = (
    "aan",
    "af",
    "bij",
    "door",
    "in",
    "mee",
    "na",
    "om",
    "op",
    "over",
    "samen",
    "tegen",
    "terug",
    "toe",
    "uit",
    "vast",
    "voor",
    "weg",
    "los",
    "open",
)
_PREFIXED = ("be", "ge", "er", "her", "ont", "ver")


def _forms(infinitive: str) -> set[str]:
    """The regular forms of an infinitive: *koppelen* → koppel, koppelt, koppelde, gekoppeld, koppelend."""
    stem = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    if infinitive.endswith("eren") and len(infinitive) > 6:
        stem = infinitive[:-4] + "eer"
    elif len(stem) > 2 and stem[-1] == stem[-2]:
        stem = stem[:-1]
    elif (
        len(stem) > 1
        and stem[-1] not in "aeiou"
        and stem[-2] in "aeou"
        and (len(stem) < 3 or stem[-3] not in "aeiou")
        and not stem.endswith(("el", "er", "en", "em", "ig"))
    ):
        stem = stem[:-1] + stem[-2] + stem[-1]
    stem = {"v": stem[:-1] + "f", "z": stem[:-1] + "s"}.get(stem[-1:], stem)
    soft = "t" if stem[-1:] in "tkfsp" or stem.endswith("ch") else "d"
    past = stem + soft + "e"
    participle = stem if stem.endswith(soft) else stem + soft
    if not infinitive.startswith(_PREFIXED):
        particle = next((p for p in _SEPARABLE if infinitive.startswith(p) and len(infinitive) - len(p) > 3), "")
        participle = particle + "ge" + participle[len(particle) :]
    return {infinitive, stem, stem if stem.endswith("t") else stem + "t", past, past + "n", participle, infinitive + "d", infinitive + "de"}


_NOUNS_TOO = frozenset(
    """
    vraag stem plan vorm werk deel plaats kost kosten bouw maat leven passage steun zorg zorgen stelsel regel weg wegen wonen huur
    draag bewijs plannen stemmen delen graf schade richt werf zoek toon twijfel eten
    """.split()
)
"""Forms of verbs that are more often a noun; they need the usual evidence for a noun."""

VERBS = frozenset(fold(form) for verb in _VERBS.split() for form in _forms(verb)) | frozenset(_IRREGULAR.split()) - _NOUNS_TOO

_ADJECTIVE = re.compile(r"(?:isch|lijk|ig|end|eel|aal|iaal|ief|baar|zaam|loos|achtig|matig|air)$")
_ADJECTIVE_E = re.compile(r"(?:ische|lijke|ige|ende|ele|ale|iale|ieve|bare|zame|loze|achtige|matige|aire|[tdk]se|erde|eerde|oede)$")
_PARTICIPLE_E = re.compile(r"(?:on|af|op|uit|aan|in|door|mis)?(?:ge|ver|be)[a-z]{3,}(?:[^aeiou][dt])e")
_NOT_PARTICIPLES = frozenset(
    """
    gemeente geboorte gedeelte behoefte belofte gewoonte gehalte gedaante gesteente geliefde bekende verwante beambte gebergte
    geraamte beende verbinde
    """.split()
)
_ADJECTIVES = frozenset(
    """
    ongewenste gewenste gekozen betaalde bestaande verouderde specifieke volledige nationaal arme rijke oude jonge stille harde
    zachte open publieke private fysieke sociale digitale lokale particuliere collectieve hybride openbare schone slimme groene
    blauwe rode zwarte witte warme koude hoge lage lange korte brede smalle zware lichte vrije dure goedkope gezonde zieke kwetsbare
    sterke zwakke centrale federale regionale nationale internationale europese belgische nederlandse vlaamse waalse franse duitse
    brusselse dubbele enkele verplichte illegale humane militaire medische fiscale juridische technische financiele maatschappelijke
    elektrische elektronische duurzame integrale gerichte sluitende kunstmatige tijdelijke permanente vaste losse
    """.split()
)
_ADVERBS = frozenset(
    """
    samen graag snel langzaam thuis buiten binnen hier daar elders overal nergens online gratis verplicht extra anders liever eerst
    laatst later eerder vroeger morgen vandaag gisteren lang kort breed diep hoog laag ver dicht duur goedkoop duidelijk europees
    nederlands vlaams waals frans duits brussels engels eenvoudig makkelijk moeilijk verder opnieuw eenmalig wereldwijd jaarlijks
    dagelijks gewoon hard zacht rijk arm veilig gezond schoon zwaar licht vrij klaar kwijt geldig ongeldig zinvol onzeker eerlijk
    boos lastig groen oud jong enorm sociaal fysiek landelijk lokaal particulier integraal gericht all-electric ingewikkeld
    """.split()
)

_NOUN_ENDINGS = tuple(
    """
    overlijden waarborg bestand land stand avond vriend kanaal personeel deel voordeel nadeel onderdeel verhaal taal materiaal
    krediet brief dochter motief tarief archief initiatief alternatief lokaal signaal schandaal ideaal zaal potentieel kaal
    """.split()
)
_NOUN = re.compile(
    r"(?:jongeren|ouderen|kinderen|ing(?:en)?|he(?:id|den)|teit(?:en)?|schap(?:pen)?|isme|[ts]ie(?:s|en)?|ment(?:en)?|age(?:s)?|ist(?:en)?|eur(?:s)?|nis(?:sen)?"
    r"|dom|theek|logie|uur|gram(?:ma)?|sel(?:s)?|t?jes?|ium|aar(?:s)?|erij(?:en)?)$"
)


@lru_cache(maxsize=1 << 14)
def is_verb(word: str) -> bool:
    """Whether a folded word is a form of a common verb."""
    return (
        word in VERBS
        or (word.endswith("eren") and len(word) > 6 and not word.endswith(("deren", "meren", "ieren", "jongeren", "boeren")))
        or bool(re.search(r"(?:eert|eerde|eerden)$", word))
    )


@lru_cache(maxsize=1 << 14)
def is_adjective(word: str) -> bool:
    """Whether a folded word looks like an adjective in the form it has before a noun (*sociale*, *juridische*)."""
    return (
        word in _ADJECTIVES
        or (bool(_PARTICIPLE_E.fullmatch(word)) and not word.endswith(tuple(_NOT_PARTICIPLES)))
        or (len(word) > 4 and bool(_ADJECTIVE_E.search(word)) and not word.endswith(("iele", "heide")))
    )


@lru_cache(maxsize=1 << 14)
def is_bare_adjective(word: str) -> bool:
    """Whether a folded word looks like an adjective or adverb that stands alone (*veilig*, *landelijk*)."""
    return word in _ADVERBS or (len(word) > 4 and bool(_ADJECTIVE.search(word)) and not word.endswith(_NOUN_ENDINGS))


@lru_cache(maxsize=1 << 14)
def ends_like_noun(word: str) -> bool:
    """Whether a folded word ends as only nouns do (*renovatie*, *leefbaarheid*)."""
    return len(word) > 4 and bool(_NOUN.search(word))


def content(text: str) -> str:
    """A question without its frame: the words that may carry its subject, as written. The text itself when none are left.

    *Hoe organiseer je draagvlak bij bewoners?* → *organiseer draagvlak bewoners*: a sentence encoder gives much weight to the form of a
    question, so it also gets the words alone.
    """
    kept = [word for word in WORD.findall(text) if fold(word) not in EMPTY and len(word) > 1]
    return " ".join(kept) or text
