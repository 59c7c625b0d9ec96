package org.bufferyard.iommu.arm.pgtable;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;

/**
 * How an LPAE table is built: granule, levels, width of each index ({@code
 * drivers/iommu/io-pgtable-arm.c: arm_lpae_restrict_pgsizes(), arm_lpae_alloc_pgtable()} and the
 * functions of each format; SEMANTICS H1). Levels are the manual's: 3 holds the smallest pages.
 *
 * @param request with page sizes and widths as the format restricts them
 * @param bitsPerLevel input bits that a whole table resolves
 * @param startLevel level of the first table
 * @param pgdBits input bits that the first table resolves, more than {@code bitsPerLevel} where
 *     tables are concatenated
 */
record LpaeShape(TableRequest request, int bitsPerLevel, int startLevel, int pgdBits) {
  static final int LEVELS = 4;
  static final int LAST_LEVEL = LEVELS - 1;
  static final int ENTRY_SHIFT = 3;

  private static final int MAX_BITS = 52;
  private static final long SIZE_4K = 1L << 12;
  private static final long SIZE_16K = 1L << 14;
  private static final long SIZE_64K = 1L << 16;
  private static final long SIZES_4K = SIZE_4K | 1L << 21 | 1L << 30;
  private static final long SIZES_16K = SIZE_16K | 1L << 25;
  private static final long SIZES_64K = SIZE_64K | 1L << 29;
  private static final long SIZE_4T = 1L << 42;
  private static final long PAGE_SIZE = 4096;
  private static final int MAX_CONCATENATED = 16;

  /** The manual's minimum size and alignment of a first-level table. */
  private static final long MIN_TABLE = 64;

  /** Only where the architecture demands it; before, wherever it saved a level. */
  private static final Rule CONCATENATED_ON_DEMAND =
      Rule.of("H1", "arm_lpae_concat_mandatory").since(6, 14);

  /** Codes of TCR.IPS and VTCR.PS by width; their order is the code. */
  private static final int[] OUTPUT_WIDTHS = {32, 36, 40, 42, 44, 48, 52};

  private static final Set<Quirk> STAGE_1_QUIRKS =
      EnumSet.of(Quirk.ARM_NS, Quirk.ARM_TTBR1, Quirk.ARM_OUTER_WBWA, Quirk.ARM_HD, Quirk.NO_WARN);
  private static final Set<Quirk> STAGE_2_QUIRKS = EnumSet.of(Quirk.ARM_S2FWB, Quirk.NO_WARN);

  /** The shape that the format makes of a request; empty where the kernel returns NULL. */
  static Optional<LpaeShape> of(TableRequest request, KernelProfile kernel) {
    return switch (request.format()) {
      case ARM_64_LPAE_S1 -> stage1(request);
      case ARM_64_LPAE_S2 -> stage2(request, kernel);
      case ARM_32_LPAE_S1 ->
          fits(request, 32, 40) ? stage1(with4kSizes(request)) : Optional.empty();
      case ARM_32_LPAE_S2 ->
          fits(request, 40, 40) ? stage2(with4kSizes(request), kernel) : Optional.empty();
      case ARM_MALI_LPAE ->
          fits(request, 48, 40) && request.quirks().isEmpty()
              ? plain(with4kSizes(request)).map(LpaeShape::withFourLevels)
              : Optional.empty();
      case ARM_V7S -> Optional.empty();
    };
  }

  private static boolean fits(TableRequest request, int inputBits, int outputBits) {
    return request.inputBits() <= inputBits && request.outputBits() <= outputBits;
  }

  private static TableRequest with4kSizes(TableRequest request) {
    return request.with(
        request.pageSizes() & SIZES_4K, request.inputBits(), request.outputBits());
  }

  private static Optional<LpaeShape> stage1(TableRequest request) {
    boolean quirksFit =
        STAGE_1_QUIRKS.containsAll(request.quirks())
            && !(request.coherentWalk() && request.has(Quirk.ARM_OUTER_WBWA));
    return quirksFit ? plain(request).filter(s -> s.outputCode() >= 0) : Optional.empty();
  }

  private static Optional<LpaeShape> stage2(TableRequest request, KernelProfile kernel) {
    if (!STAGE_2_QUIRKS.containsAll(request.quirks())) {
      return Optional.empty();
    }
    return plain(request)
        .flatMap(s -> s.concatenates(kernel) ? s.concatenated() : Optional.of(s))
        .filter(s -> s.outputCode() >= 0);
  }

  /**
   * The shape that a walker makes of its registers.
   *
   * @param sizeOffset T0SZ
   * @param granuleCode TG0: 0 for 4K, 1 for 64K, 2 for 16K
   * @param outputCode IPS or PS
   * @param startLevel SL0 of stage 2 as it stands in the register; empty for stage 1
   */
  static Optional<LpaeShape> ofRegisters(
      int sizeOffset, int granuleCode, int outputCode, OptionalInt startLevel) {
    if (outputCode >= OUTPUT_WIDTHS.length || granuleCode > 2 || sizeOffset > 64 - 16) {
      return Optional.empty();
    }
    long sizes = granuleCode == 0 ? SIZES_4K : granuleCode == 1 ? SIZES_64K | SIZE_4T : SIZES_16K;
    TableFormat format =
        startLevel.isPresent() ? TableFormat.ARM_64_LPAE_S2 : TableFormat.ARM_64_LPAE_S1;
    TableRequest request =
        new TableRequest(
            format,
            sizes,
            Long.SIZE - sizeOffset,
            OUTPUT_WIDTHS[outputCode],
            true,
            EnumSet.noneOf(Quirk.class));
    Optional<LpaeShape> plain = plain(request);
    return startLevel.isPresent()
        ? plain.map(s -> s.startingAt(granuleCode == 0, startLevel.getAsInt()))
        : plain;
  }

  private LpaeShape startingAt(boolean pagesOf4k, int code) {
    int start = (~code & 3) - (pagesOf4k ? 1 : 0);
    int resolved = bitsPerLevel * (LAST_LEVEL - start) + bitsPerLevel + ENTRY_SHIFT;
    return new LpaeShape(request, bitsPerLevel, start, request.inputBits() - resolved);
  }

  /** arm_lpae_alloc_pgtable(). */
  private static Optional<LpaeShape> plain(TableRequest asked) {
    TableRequest request = restricted(asked);
    long sizes = request.pageSizes();
    boolean possible =
        (sizes & (SIZE_4K | SIZE_16K | SIZE_64K)) != 0
            && fits(request, MAX_BITS, MAX_BITS)
            && request.outputBits() > 0;
    if (!possible) {
      return Optional.empty();
    }
    int shift = Long.numberOfTrailingZeros(sizes);
    int bits = shift - ENTRY_SHIFT;
    int vaBits = request.inputBits() - shift;
    if (vaBits <= 0) {
      return Optional.empty();
    }
    int levels = Math.ceilDiv(vaBits, bits);
    return levels > LEVELS
        ? Optional.empty()
        : Optional.of(
            new LpaeShape(request, bits, LEVELS - levels, vaBits - bits * (levels - 1)));
  }

  /** arm_lpae_restrict_pgsizes(): the CPU's page as granule, else the next smaller, else larger. */
  private static TableRequest restricted(TableRequest request) {
    long sizes = request.pageSizes();
    long smaller = sizes & (PAGE_SIZE - 1);
    long granule =
        (sizes & PAGE_SIZE) != 0
            ? PAGE_SIZE
            : smaller != 0 ? Long.highestOneBit(smaller) : Long.lowestOneBit(sizes);
    long supported = 0;
    int maxBits = 48;
    if (granule == SIZE_4K) {
      supported = SIZES_4K;
    } else if (granule == SIZE_16K) {
      supported = SIZES_16K;
    } else if (granule == SIZE_64K) {
      maxBits = MAX_BITS;
      supported = SIZES_64K | (request.outputBits() > 48 ? SIZE_4T : 0);
    }
    return request.with(
        sizes & supported,
        Math.min(request.inputBits(), maxBits),
        Math.min(request.outputBits(), maxBits));
  }

  private boolean concatenates(KernelProfile kernel) {
    int ias = request.inputBits();
    int oas = request.outputBits();
    if (!CONCATENATED_ON_DEMAND.holdsIn(kernel)) {
      return startLevel == 0 && 1 << pgdBits <= MAX_CONCATENATED;
    }
    if (granule() == SIZE_16K && startLevel == 0) {
      return oas == 48 || ias == 48;
    }
    if (granule() == SIZE_4K && startLevel == 0) {
      return oas == 40 || oas == 42;
    }
    return granule() == SIZE_16K && startLevel == 1 && oas == 40;
  }

  private Optional<LpaeShape> concatenated() {
    return 1 << pgdBits > MAX_CONCATENATED
        ? Optional.empty()
        : Optional.of(
            new LpaeShape(request, bitsPerLevel, startLevel + 1, pgdBits + bitsPerLevel));
  }

  /** Mali walks four levels whatever the input width. */
  private LpaeShape withFourLevels() {
    return startLevel == 0 ? this : new LpaeShape(request, bitsPerLevel, 0, 0);
  }

  /** Bytes of the smallest page, and of every table but the first. */
  long granule() {
    return 1L << (bitsPerLevel + ENTRY_SHIFT);
  }

  /** ARM_LPAE_PGD_SIZE. */
  long pgdSize() {
    return 1L << (pgdBits + ENTRY_SHIFT);
  }

  /** What the first table takes in memory. */
  long pgdBlock() {
    return Math.max(pgdSize(), MIN_TABLE);
  }

  /** log2 of the bytes behind one entry of a level. */
  int shift(int level) {
    return (LEVELS - level) * bitsPerLevel + ENTRY_SHIFT;
  }

  /** Bytes behind one entry of a level. */
  long blockSize(int level) {
    return 1L << shift(level);
  }

  /** Whether the first table translates the address: sign-extended for the upper half. */
  boolean isInput(long iova) {
    long above = iova >> request.inputBits();
    return (request.has(Quirk.ARM_TTBR1) ? ~above : above) == 0;
  }

  /** Whether the architecture has leaves at a level. */
  boolean hasLeaves(int level) {
    boolean wide = granule() == SIZE_64K && request.outputBits() > 48;
    return level >= 2 || level == 1 && (granule() == SIZE_4K || wide);
  }

  /** ARM_LPAE_LVL_IDX. */
  int index(long iova, int level) {
    int bits = level == startLevel ? pgdBits : bitsPerLevel;
    return (int) (iova >>> shift(level)) & ((1 << bits) - 1);
  }

  /** Entries of the level's table from {@code index} on. */
  int entriesFrom(int index, int level) {
    int whole = 1 << (level == startLevel ? Math.min(pgdBits, bitsPerLevel) : bitsPerLevel);
    return whole - (index & (whole - 1));
  }

  private int outputCode() {
    for (int code = 0; code < OUTPUT_WIDTHS.length; code++) {
      if (OUTPUT_WIDTHS[code] == request.outputBits()) {
        return code;
      }
    }
    return -1;
  }

  Map<String, Long> configuration() {
    Map<String, Long> values = new LinkedHashMap<>();
    values.put("start_level", (long) startLevel);
    values.put("pgd_bits", (long) pgdBits);
    values.put("bits_per_level", (long) bitsPerLevel);
    values.put("pgd_size", pgdSize());
    long shareability = request.coherentWalk() ? 3 : 2;
    long size = Long.SIZE - request.inputBits();
    if (request.format().isStage1()) {
      values.put("tcr.ips", (long) outputCode());
      values.put("tcr.tg", granuleCode(request.has(Quirk.ARM_TTBR1)));
      values.put("tcr.sh", shareability);
      values.put("tcr.tsz", size);
      values.put("mair", LpaeEntry.MAIR);
    } else if (request.format().isStage2()) {
      values.put("vtcr.ps", (long) outputCode());
      values.put("vtcr.tg", granuleCode(false));
      values.put("vtcr.sh", shareability);
      // SL0 counts the other way round, and a level apart for 4K.
      values.put("vtcr.sl", (long) (~(granule() == SIZE_4K ? startLevel + 1 : startLevel) & 3));
      values.put("vtcr.tsz", size);
    } else {
      values.put("memattr", LpaeEntry.MALI_MEMATTR);
    }
    return values;
  }

  private long granuleCode(boolean upperHalf) {
    if (granule() == SIZE_4K) {
      return upperHalf ? 2 : 0;
    }
    if (granule() == SIZE_16K) {
      return upperHalf ? 1 : 2;
    }
    return upperHalf ? 3 : 1;
  }
}
