package org.bufferyard.iommu.arm.m4u;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bufferyard.iommu.arm.m4u.M4uPlatform.Flag;

/**
 * The chips, by compatible string: {@code mtk_iommu.c: mtk_iommu_of_ids} of 7.x with its platform
 * data (flags, {@code iova_region_larb_msk}, {@code banks_portmsk}, {@code larbid_remap}). Larbs have
 * the numbers of {@code dt-bindings/memory/*-port.h}. Stateless.
 *
 * <p>Not modelled: mt8189, whose accelerator has regions of its own kind.
 */
final class M4uChips {
  private static final int ALL = -1;
  private static final int NONE = M4uPlatform.NO_LARB;

  /** Ports of the camera's processors have regions of their own. */
  private static final int CCU0_OF_13 = 1 << 9 | 1 << 10;

  private static final int CCU1_OF_14 = 1 << 4 | 1 << 5;
  private static final int FIRST_TWO = 0b0011;
  private static final int NEXT_TWO = 0b1100;

  private static final List<Map<Integer, Integer>> MT8192_REGIONS =
      List.of(
          larbs(0, 1),
          larbs(4, 5, 7),
          with(
              with(larbs(2, 9, 11, 16, 17, 18, 19, 20), 13, ~CCU0_OF_13), 14, ~CCU1_OF_14),
          Map.of(),
          Map.of(13, CCU0_OF_13),
          Map.of(14, CCU1_OF_14));

  private static final List<Map<Integer, Integer>> MT8186_REGIONS =
      List.of(
          larbs(0, 1, 2),
          larbs(4, 7),
          with(larbs(8, 9, 11, 16, 17, 19, 20), 13, ~CCU0_OF_13),
          Map.of(),
          Map.of(13, CCU0_OF_13),
          Map.of(14, ALL));

  private static final List<Map<Integer, Integer>> MT8188_REGIONS =
      List.of(
          larbs(0, 1, 2, 3),
          larbs(21, 22, 23),
          with(larbs(IntStream.rangeClosed(4, 20).toArray()), 25, ALL),
          Map.of(),
          Map.of(24, FIRST_TWO),
          Map.of(24, NEXT_TWO));

  private static final List<Map<Integer, Integer>> MT8195_REGIONS =
      List.of(
          larbs(0, 1, 2, 3),
          larbs(IntStream.rangeClosed(19, 24).toArray()),
          larbs(
              IntStream.concat(IntStream.rangeClosed(4, 17), IntStream.rangeClosed(25, 28))
                  .toArray()),
          Map.of(),
          Map.of(18, FIRST_TWO),
          Map.of(18, NEXT_TWO));

  /** mt6893 has them too. */
  private static final List<List<Integer>> MT8192_ARBITERS =
      arbiters("0", "1", "4 5", "7", "2", "9 11 19 20", "0 14 16", "0 13 18 17");

  /** PCIe in bank 0, USB in bank 4. */
  private static final Map<Integer, Integer> MT8195_BANKS = Map.of(0, 0xf_0000, 4, 0xfff0_0000);

  private static final Map<String, M4uPlatform> CHIPS =
      Map.ofEntries(
          Map.entry("mediatek,mt2712-m4u", linear(8, Flag.HAS_4GB_MODE, Flag.SHARE_PGTABLE)),
          Map.entry("mediatek,mt6779-m4u", mt6779()),
          Map.entry("mediatek,mt6795-m4u", linear(5, Flag.HAS_4GB_MODE)),
          Map.entry("mediatek,mt6893-iommu-mm", mt6893()),
          Map.entry("mediatek,mt8167-m4u", linear(3)),
          Map.entry("mediatek,mt8173-m4u", linear(6, Flag.HAS_4GB_MODE)),
          Map.entry("mediatek,mt8183-m4u", mt8183()),
          Map.entry("mediatek,mt8186-iommu-mm", mt8186()),
          Map.entry("mediatek,mt8188-iommu-infra", infra(Map.of(), Flag.PGTABLE_PA_35_EN)),
          Map.entry("mediatek,mt8188-iommu-vdo", mt8188Vdo()),
          Map.entry("mediatek,mt8188-iommu-vpp", mt8188Vpp()),
          Map.entry("mediatek,mt8192-m4u", mt8192()),
          Map.entry("mediatek,mt8195-iommu-infra", infra(MT8195_BANKS)),
          Map.entry("mediatek,mt8195-iommu-vdo", mt8195Vdo()),
          Map.entry("mediatek,mt8195-iommu-vpp", mt8195Vpp()),
          Map.entry("mediatek,mt8365-m4u", linear(6, Flag.INT_ID_PORT_WIDTH_6)));

  private M4uChips() {}

  static Optional<M4uPlatform> of(String compatible) {
    return Optional.ofNullable(CHIPS.get(compatible));
  }

  static Set<String> compatibles() {
    return CHIPS.keySet();
  }

  private static M4uPlatform mt6779() {
    return single(
        arbiters("0", "1", "2", "3", "5", "7 8", "10", "9"),
        Flag.HAS_SUB_COMM_2BITS,
        Flag.PGTABLE_PA_35_EN);
  }

  private static M4uPlatform mt6893() {
    return multi(
        MT8192_REGIONS, MT8192_ARBITERS, Flag.HAS_SUB_COMM_2BITS, Flag.SHARE_PGTABLE);
  }

  private static M4uPlatform mt8183() {
    return single(arbiters("0", "4", "5", "6", "7", "2", "3", "1"));
  }

  private static M4uPlatform mt8186() {
    return multi(
        MT8186_REGIONS,
        arbiters("0", "1 - 8", "4", "7", "2", "9 11 19 20", "- 14 16", "- 13 - 17"),
        Flag.HAS_SUB_COMM_2BITS,
        Flag.PGTABLE_PA_35_EN);
  }

  private static M4uPlatform mt8188Vdo() {
    return multi(
        MT8188_REGIONS,
        arbiters("2", "0", "21", "0", "19", "9 10 11 25", "13 0 29 30 0", "5"),
        Flag.HAS_SUB_COMM_3BITS,
        Flag.SHARE_PGTABLE,
        Flag.PGTABLE_PA_35_EN);
  }

  private static M4uPlatform mt8188Vpp() {
    return multi(
        MT8188_REGIONS,
        arbiters("1", "3", "23", "7", "-", "12 15 24", "14 - 16 17 - 27 28 -", "4 6"),
        Flag.HAS_SUB_COMM_3BITS,
        Flag.SHARE_PGTABLE,
        Flag.PGTABLE_PA_35_EN);
  }

  private static M4uPlatform mt8192() {
    return multi(MT8192_REGIONS, MT8192_ARBITERS, Flag.HAS_SUB_COMM_2BITS);
  }

  private static M4uPlatform mt8195Vdo() {
    return multi(
        MT8195_REGIONS,
        arbiters("2 0", "21", "24", "7", "19", "9 10 11", "13 17 15 25", "5"),
        Flag.HAS_SUB_COMM_2BITS,
        Flag.SHARE_PGTABLE);
  }

  private static M4uPlatform mt8195Vpp() {
    return multi(
        MT8195_REGIONS,
        arbiters("1", "3", "22 - - - 23", "8", "20", "12", "14 16 29 26 30 31 18", "4 - - - 6"),
        Flag.HAS_SUB_COMM_3BITS,
        Flag.SHARE_PGTABLE);
  }

  private static M4uPlatform linear(int larbs, Flag... flags) {
    return single(IntStream.range(0, larbs).mapToObj(List::of).toList(), flags);
  }

  private static M4uPlatform single(List<List<Integer>> arbiters, Flag... flags) {
    return new M4uPlatform(
        Set.of(flags), IovaRegion.SINGLE, List.of(), Map.of(), arbiters);
  }

  private static M4uPlatform infra(Map<Integer, Integer> banks, Flag... flags) {
    return new M4uPlatform(
        and(Flag.TYPE_INFRA, flags), IovaRegion.SINGLE, List.of(), banks, List.of());
  }

  private static M4uPlatform multi(
      List<Map<Integer, Integer>> regions, List<List<Integer>> arbiters, Flag... flags) {
    return new M4uPlatform(
        and(Flag.IOVA_34_EN, flags), IovaRegion.MULTI, regions, Map.of(), arbiters);
  }

  private static Set<Flag> and(Flag first, Flag... rest) {
    return EnumSet.of(first, rest);
  }

  /** Larbs of each arbiter's sub-arbiters; a dash where there is none. */
  private static List<List<Integer>> arbiters(String... larbs) {
    return Stream.of(larbs)
        .map(
            subs ->
                Stream.of(subs.split(" ", -1))
                    .map(s -> s.equals("-") ? NONE : Integer.parseInt(s))
                    .toList())
        .toList();
  }

  private static Map<Integer, Integer> larbs(int... whole) {
    Map<Integer, Integer> ports = new HashMap<>();
    for (int larb : whole) {
      ports.put(larb, ALL);
    }
    return Map.copyOf(ports);
  }

  private static Map<Integer, Integer> with(Map<Integer, Integer> larbs, int larb, int ports) {
    Map<Integer, Integer> all = new HashMap<>(larbs);
    all.put(larb, ports);
    return Map.copyOf(all);
  }
}
