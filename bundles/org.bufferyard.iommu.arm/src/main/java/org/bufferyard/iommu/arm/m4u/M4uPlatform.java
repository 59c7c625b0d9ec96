package org.bufferyard.iommu.arm.m4u;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a chip's M4U is: {@code mtk_iommu.c: struct mtk_iommu_plat_data}, as far as it changes an
 * answer.
 *
 * @param regions parts of the input addresses, each a group with a domain
 * @param regionPorts ports that are in each region, as a mask by larb; not looked at with one
 *     region
 * @param bankPorts ports that are in each bank with a table of its own; empty for one bank
 * @param larbs the larb behind each arbiter and sub-arbiter; what a list leaves out is larb 0
 */
record M4uPlatform(
    Set<Flag> flags,
    List<IovaRegion> regions,
    List<Map<Integer, Integer>> regionPorts,
    Map<Integer, Integer> bankPorts,
    List<List<Integer>> larbs) {
  /** MTK_INVALID_LARBID. */
  static final int NO_LARB = 32;

  /** Flags of the driver. */
  enum Flag {
    /** Where DRAM is so large, all of it has bit 32 set on the bus. */
    HAS_4GB_MODE,
    HAS_SUB_COMM_2BITS,
    HAS_SUB_COMM_3BITS,
    INT_ID_PORT_WIDTH_6,
    /** Input addresses of 34 bits. */
    IOVA_34_EN,
    /** Several units of a chip have one table. */
    SHARE_PGTABLE,
    /** Tables may lie above 4 GiB. */
    PGTABLE_PA_35_EN,
    /** Behind the infrastructure bus, not behind larbs. */
    TYPE_INFRA
  }

  /** An arbiter and a sub-arbiter, as INT_ID counts them. */
  record Arbiter(int common, int sub) {}

  M4uPlatform {
    flags = Set.copyOf(flags);
    regions = List.copyOf(regions);
    regionPorts = List.copyOf(regionPorts);
    bankPorts = Map.copyOf(bankPorts);
    larbs = larbs.stream().map(List::copyOf).toList();
  }

  boolean has(Flag flag) {
    return flags.contains(flag);
  }

  int inputBits() {
    return has(Flag.IOVA_34_EN) ? 34 : 32;
  }

  /** mtk_iommu_get_iova_region_id() of ports of one larb: empty where none has them all. */
  OptionalInt region(int larb, int ports) {
    if (regions.size() == 1) {
      return OptionalInt.of(0);
    }
    for (int region = 0; region < regions.size(); region++) {
      int mask = regionPorts.get(region).getOrDefault(larb, 0);
      if ((mask & ports) == ports) {
        return OptionalInt.of(region);
      }
    }
    return OptionalInt.empty();
  }

  /** mtk_iommu_get_bank_id(). */
  int bank(int ports) {
    return bankPorts.entrySet().stream()
        .filter(bank -> (bank.getValue() & ports) != 0)
        .mapToInt(Map.Entry::getKey)
        .min()
        .orElse(0);
  }

  /** larbid_remap. */
  int larb(Arbiter arbiter) {
    List<Integer> subs =
        arbiter.common() < larbs.size() ? larbs.get(arbiter.common()) : List.<Integer>of();
    return arbiter.sub() < subs.size() ? subs.get(arbiter.sub()) : 0;
  }

  /** The first that leads to a larb, the reverse of {@link #larb}. */
  Arbiter arbiter(int larb) {
    for (int common = 0; common < larbs.size(); common++) {
      int sub = larbs.get(common).indexOf(larb);
      if (sub >= 0) {
        return new Arbiter(common, sub);
      }
    }
    return new Arbiter(0, 0);
  }
}
