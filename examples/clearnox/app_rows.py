"""The application: companies at every stage of their contract, their people and their debtors.

What a row is decides what is wrong with it: see `_Stage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from examples.clearnox.days import Limit
from examples.clearnox.people import Firm, Someone
from examples.clearnox.plants import Tally
from examples.clearnox.rows import Size, Table, Times, table

SYSTEM = "app"
HOLD_CANDIDATE = "litige.ouvert@vermeulen-transport.example.com"
"""An account that was deleted but that a dispute concerns: somebody may put a hold on it."""
RESUMED = "a contract ended and was taken up again"
_PRODUCTS = ("Clearnox Start", "Clearnox Plus", "Clearnox Scale", "Connector", "Letters")
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/142.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/618.1",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/139.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2) Mobile/15E148",
)
_ACTIONS = ("opened claim", "sent reminder", "imported invoices", "exported list", "edited debtor")
_COUNTRIES = (("BE", "Belgium"), ("FR", "France"), ("NL", "Netherlands"), ("LU", "Luxembourg"))


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a company stands. `ended` is the age of the contract's end: None lives, below 0 is to
    come. `contact`: it still has contact details, signatures and accounts. `resumed`: a second
    contract lives. `late`: an invoice was written three years after the end, so that the law keeps
    it beyond the ten years."""

    ended: int | None = None
    contact: bool = True
    resumed: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class _Account:
    id: int
    company: int
    person: Someone
    created: int


class AppRows:
    """Fills every table of the application and counts what is wrong."""

    def __init__(self, times: Times, rng: Random, size: Size) -> None:
        self.times, self.rng, self.size = times, rng, size
        self.tally = Tally(SYSTEM)
        self.ten_years, self.at_once = Limit(times.today, 120), Limit(times.today, 0)
        self.six_months = Limit(times.today, 6)
        self.accounts: list[_Account] = []
        self._stages = self._stage()
        self.country = table("country", "code name", keyed=True)
        self.company = table(
            "company",
            "number name legal_form vat_number street postcode city country_code language contact_name contact_email contact_phone created_at",
        )
        self.contract = table(
            "contract", "company_id reference started_on ended_on end_reason resumes_id"
        )
        self.account = table(
            "account",
            "company_id email full_name job_title phone language plan heard_from password_hash adult_attested_at created_at deleted_at deletion_asked_by",
        )
        self.workspace = table(
            "workspace",
            "company_id account_id display_name notify_email notify_phone settings updated_at",
        )
        self.setting = table(
            "collection_setting", "company_id sender_name tone first_after_days updated_at"
        )
        self.subscription = table(
            "product_subscription",
            "company_id product seats monthly_price bought_at bought_by payer_name",
        )
        self.invoice = table(
            "invoice",
            "company_id contract_id number issued_on fiscal_year_end due_on billing_name billing_address billing_email total paid_on",
        )
        self.line = table("invoice_line", "invoice_id position description amount subscription_id")
        self.signature = table(
            "signature",
            "contract_id account_id signer_name signer_email signer_phone certificate_serial signed_at",
        )
        self.login = table("login", "account_id at ip user_agent succeeded")
        self.activity = table("activity", "account_id at action object_type object_id ip")
        self.debtor = table(
            "debtor", "company_id name email phone street postcode city country_code"
        )
        self.claim = table("claim", "company_id debtor_id number amount due_on paid_on")
        self.reminder = table("reminder", "company_id claim_id channel sent_at body")

    def tables(self) -> list[Table]:
        """Every table, parents first."""
        return [
            self.country,
            self.company,
            self.contract,
            self.account,
            self.workspace,
            self.setting,
            self.subscription,
            self.invoice,
            self.line,
            self.signature,
            self.login,
            self.activity,
            self.debtor,
            self.claim,
            self.reminder,
        ]

    @property
    def firms(self) -> int:
        """How many companies there will be."""
        return len(self._stages)

    def _stage(self) -> list[_Stage]:
        """Every company's stage: the planted ones first, then those that simply live."""
        size, rng, ten = self.size, self.rng, self.ten_years
        old = [*ten.edges(), *ten.clamped(), *ten.coming()]
        old += [rng.randrange(ten.overdue, ten.overdue + 900) for _ in range(size.of(24))]
        closed = [rng.randrange(40, ten.due - 20) for _ in range(size.of(220))]
        left = [*self.at_once.edges(), *(rng.randrange(2, 300) for _ in range(size.of(80)))]
        return [
            *(_Stage(age, contact=False) for age in old),
            *(_Stage(ten.overdue + 60 + n, contact=False, late=True) for n in range(size.of(8))),
            *(_Stage(age, contact=False) for age in closed),
            *(_Stage(age) for age in left),
            *(_Stage(-k) for k in range(2, 15)),
            *(_Stage(400 + 37 * n, resumed=True) for n in range(size.of(60))),
            *(_Stage() for _ in range(size.of(2000, 20))),
        ]

    def fill(self, firms: list[Firm], people: list[Someone]) -> None:
        """Make all rows. `people` are taken three to a company, in order."""
        for code, name in _COUNTRIES:
            self.country.add(code, name)
        for number, stage in enumerate(self._stages):
            staff = people[3 * number : 3 * number + 3]
            self._company(firms[number], staff, stage)
        self._deleted_accounts()
        self._logs()
        self._debtors(people)

    # --- one company with everything that hangs on it ---------------------------------------------

    def _company(self, firm: Firm, staff: list[Someone], stage: _Stage) -> None:
        times, rng, contact = self.times, self.rng, staff[0]
        ended = stage.ended
        started = (max(ended or 0, 0)) + rng.randrange(1500, 2600)
        number = len(self.company.rows) + 1
        company = self.company.add(
            f"C{100000 + number}",
            firm.name,
            firm.form,
            firm.vat,
            firm.street,
            firm.postcode,
            firm.city,
            firm.country,
            firm.language,
            contact.name,
            contact.email if stage.contact else None,
            contact.phone if stage.contact else None,
            times.at(started),
        )
        contract = self._contracts(company, started, stage)
        accounts = self._accounts(company, staff, stage) if stage.contact else []
        sold = self._subscriptions(company, staff[0], accounts, started, ended)
        self.setting.add(
            company,
            contact.name,
            rng.choice(("friendly", "firm")),
            7,
            times.at(max(ended or 0, 0) + 20),
        )
        self._invoices(company, contract, firm, sold, started, stage)
        if stage.contact:
            self._signature(contract, contact, accounts, started)
        self._count_company(stage)

    def _contracts(self, company: int, started: int, stage: _Stage) -> int:
        day, ended = self.times.day, stage.ended
        reference = f"K{company:06}"
        reason = None if ended is None else "notice given"
        first = self.contract.add(
            company, reference, day(started), None if ended is None else day(ended), reason, None
        )
        if not stage.resumed or ended is None:
            return first
        return self.contract.add(company, f"{reference}R", day(ended - 90), None, None, first)

    def _accounts(self, company: int, staff: list[Someone], stage: _Stage) -> list[int]:
        """Accounts of the company's people; where the contract ended, the company had them deleted."""
        gone = stage.ended if stage.ended is not None and stage.ended >= 0 else None
        made = []
        for person in staff:
            deleted = None if gone is None or stage.resumed else gone
            made.append(self._account(company, person, deleted, "company"))
        return made

    def _account(self, company: int, person: Someone, deleted: int | None, by: str) -> int:
        times, created = self.times, self.rng.randrange(430, 1490)
        number = self.account.add(
            company,
            person.email,
            person.name,
            person.job,
            person.phone,
            person.language,
            self.rng.choice(_PRODUCTS[:3]),
            self.rng.choice(("search", "a colleague", "an event")),
            f"scrypt${self.rng.getrandbits(96):024x}",
            times.at(created),
            times.at(created),
            None if deleted is None else times.edge(deleted),
            None if deleted is None else by,
        )
        self.workspace.add(
            company,
            number,
            person.name,
            person.email,
            person.phone,
            '{"view": "list"}',
            times.at(created - 5),
        )
        if deleted is None:
            self.accounts.append(_Account(number, company, person, created))
        else:
            self._count_account(deleted)
        return number

    def _subscriptions(
        self, company: int, buyer: Someone, accounts: list[int], started: int, ended: int | None
    ) -> list[int]:
        last = max(ended or 0, 0)
        return [
            self.subscription.add(
                company,
                self.rng.choice(_PRODUCTS),
                self.rng.randrange(1, 12),
                49 + 10 * n,
                self.times.at(self.rng.randrange(last, started)),
                self.rng.choice(accounts) if accounts else None,
                buyer.name,
            )
            for n in range(self.rng.randrange(1, 4))
        ]

    def _invoices(
        self, company: int, contract: int, firm: Firm, sold: list[int], started: int, stage: _Stage
    ) -> None:
        for age in self._invoice_ages(started, stage):
            self._invoice(company, contract, firm, sold, age)
        if stage.late and stage.ended is not None:
            self._invoice(company, contract, firm, [], stage.ended - 1095)

    def _invoice_ages(self, started: int, stage: _Stage) -> list[int]:
        """Ages of the invoices. Where the relation ended long ago they lie in the calendar years
        before the end, so that the law no longer asks for any of them."""
        ended = max(stage.ended or 0, 0)
        if ended < self.ten_years.due - 20:
            return [self.rng.randrange(ended, started) for _ in range(self.rng.randrange(6, 15))]
        end = self.ten_years.start(ended)
        last = (self.times.today - end.replace(year=end.year - 1, month=12, day=30)).days
        return [last + self.rng.randrange(900) for _ in range(self.rng.randrange(2, 5))]

    def _invoice(self, company: int, contract: int, firm: Firm, sold: list[int], age: int) -> None:
        day, number = self.times.day, len(self.invoice.rows) + 1
        total = 49 + number % 900
        invoice = self.invoice.add(
            company,
            contract,
            f"F{number:07}",
            day(age),
            f"{day(age)[:4]}-12-31",
            day(age - 30),
            firm.name,
            firm.address,
            f"facturation@{firm.domain}",
            total,
            day(age - 25),
        )
        for position in (1, 2):
            self.line.add(
                invoice,
                position,
                "subscription",
                total / 2,
                self.rng.choice(sold) if sold else None,
            )

    def _signature(self, contract: int, signer: Someone, accounts: list[int], started: int) -> None:
        self.signature.add(
            contract,
            accounts[0] if accounts else None,
            signer.name,
            signer.email,
            signer.phone,
            f"{self.rng.getrandbits(64):016x}",
            self.times.at(started),
        )

    # --- what is wrong with it --------------------------------------------------------------------

    def _count_company(self, stage: _Stage) -> None:
        if stage.resumed:
            for clause in ("6.b", "6.c", "6.d"):
                self.tally.add(clause, "public.company", "live", note=RESUMED)
            return
        if stage.ended is None:
            return
        if stage.contact:
            kind = self.at_once.kind(stage.ended)
            self.tally.add("6.b", "public.company", kind)
            self.tally.add("6.b", "public.signature", kind)
            return
        self._count_old(self.ten_years.kind(stage.ended), late=stage.late)

    def _count_old(self, kind: str, *, late: bool) -> None:
        if kind == "live":
            return
        company = len(self.company.rows)
        invoices = [r[0] for r in self.invoice.rows if r[1] == company]
        lawful = 1 if late else 0
        shell = "becomes a shell: a retained invoice needs its name and address" if late else ""
        for clause in ("6.c", "6.d"):
            self.tally.add(clause, "public.company", kind, note=shell)
            self.tally.add(clause, "public.invoice", kind, len(invoices) - lawful)
            self.tally.add(clause, "public.invoice_line", kind, 2 * (len(invoices) - lawful))
            self.tally.add(clause, "public.invoice", "retained", lawful, "below the legal minimum")
            self.tally.add(
                clause, "public.invoice_line", "retained", 2 * lawful, "below the legal minimum"
            )
        self.tally.add(
            "6.d",
            "public.contract",
            kind,
            note=shell and "becomes a shell: a retained invoice needs its end",
        )
        sold = sum(1 for r in self.subscription.rows if r[1] == company)
        self.tally.add("6.d", "public.product_subscription", kind, sold)
        self.tally.add("6.e", "public.collection_setting", kind)

    def _count_account(self, deleted: int) -> None:
        kind = self.at_once.kind(deleted)
        note = "deleted softly, never erased" if kind == "overdue" else ""
        self.tally.add("6.a", "public.account", kind, note=note)
        self.tally.add("6.a", "public.workspace", kind, note=note)

    # --- people who left, what machines noted, other people's debtors -----------------------------

    def _deleted_accounts(self) -> None:
        """Accounts whose owner asked for deletion and got a date in a column."""
        ages = [1, 0, 1, *(self.rng.randrange(2, 420) for _ in range(self.size.of(120)))]
        home = self.accounts[-1].company
        for n, age in enumerate(ages):
            at = self.accounts[-1 - n].person.firm
            email = HOLD_CANDIDATE if n == 0 else f"parti.{n}@{at.domain}"
            leaver = Someone(f"Parti {n}", "M.", email, "+32 400 00 00 00", "Comptable", "fr", at)
            self._account(home - n % 10, leaver, age, "person")

    def _logs(self) -> None:
        limit = self.six_months
        edges = [*limit.edges(), *limit.clamped()]
        of = self.size.of
        self._log("public.login", self._login, edges, of(400), of(80000))
        self._log("public.activity", self._act, edges, of(300), of(90000))

    def _log(
        self, dataset: str, write: Callable[[str], None], edges: list[int], over: int, fresh: int
    ) -> None:
        limit, times = self.six_months, self.times
        late = [self.rng.randrange(limit.overdue, limit.overdue + 200) for _ in range(over)]
        for age in edges:
            write(times.edge(age))
        for age in late:
            write(times.at(age))
        for age in (*edges, *late):
            self.tally.add("6.m", dataset, limit.kind(age))
        for _ in range(fresh):
            write(times.at(int(self.rng.random() * limit.due)))

    def _login(self, at: str) -> None:
        bits = self.rng.getrandbits(32)
        who = self.accounts[bits % len(self.accounts)].id
        self.login.add(
            who, at, f"198.51.100.{bits >> 24}", _AGENTS[bits & 3], "f" if bits & 63 == 0 else "t"
        )

    def _act(self, at: str) -> None:
        bits = self.rng.getrandbits(32)
        who = self.accounts[bits % len(self.accounts)].id
        self.activity.add(
            who, at, _ACTIONS[bits % 5], "claim", bits >> 16, f"198.51.100.{bits >> 24}"
        )

    def _debtors(self, people: list[Someone]) -> None:
        """Debtors of live customers; every fortieth is at home in the accounts too, under the same
        address, and still belongs to another sphere."""
        homes = sorted({a.company for a in self.accounts})
        for n in range(self.size.of(9000, 40)):
            who = people[-1 - n % (len(people) // 2)] if n % 40 else self.accounts[n % 17].person
            company = homes[n % len(homes)]
            debtor = self.debtor.add(
                company,
                who.name,
                who.email,
                who.phone,
                who.firm.street,
                who.firm.postcode,
                who.firm.city,
                who.firm.country,
            )
            self._claims(company, debtor, who.name, n)

    def _claims(self, company: int, debtor: int, name: str, n: int) -> None:
        for k in range(1 + n % 2):
            age = int(self.rng.random() * 500)
            claim = self.claim.add(
                company, debtor, f"V{n}-{k}", 100 + n % 4000, self.times.day(age), None
            )
            if age > 20:
                self.reminder.add(
                    company,
                    claim,
                    "mail",
                    self.times.at(age - 15),
                    f"Dear {name}, this invoice is still open.",
                )
