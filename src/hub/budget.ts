// Bytes that all requests together may hold. What was announced counts nothing: a sender that announces much and sends
// nothing takes no room from others.

export class Budget {
  readonly limit: number
  held = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** A share whose takings are given back together. */
  share(): Share {
    return new Share(this)
  }
}

export class Share {
  readonly #budget: Budget
  #taken = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** False, and nothing taken, when there is not that much left. */
  take(bytes: number): boolean {
    if (this.#budget.held + bytes > this.#budget.limit) return false
    this.#budget.held += bytes
    this.#taken += bytes
    return true
  }

  release(): void {
    this.#budget.held -= this.#taken
    this.#taken = 0
  }
}
