package org.bufferyard.api.kernel;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Which kernel a yard plays.
 *
 * <p>The two arm profiles are historic: they are 6.12 in every rule but the few that are marked
 * {@linkplain Rule.Scope#HISTORIC historic} (C1, B2 and the missing F15), for which their own
 * version counts. Reason chains say so.
 *
 * @param name as typed after {@code --kernel}
 * @param version the release whose historic rules apply
 * @param behavesAs the release whose ordinary rules apply
 * @param pageToPfnReadsPage whether page_to_pfn() loads from the struct page (arm32 with classic
 *     SPARSEMEM) or is plain arithmetic (vmemmap). Where it loads, a made-up page pointer kills the
 *     kernel at its first use.
 */
public record KernelProfile(
    String name, KernelVersion version, KernelVersion behavesAs, boolean pageToPfnReadsPage) {

  private static final KernelVersion V6_1 = new KernelVersion(6, 1);
  private static final KernelVersion V6_12 = new KernelVersion(6, 12);
  private static final KernelVersion V7_3 = new KernelVersion(7, 3);

  public static final KernelProfile ARM_4_10 =
      new KernelProfile("4.10-arm", new KernelVersion(4, 10), V6_12, true);
  public static final KernelProfile ARM_4_12 =
      new KernelProfile("4.12-arm", new KernelVersion(4, 12), V6_12, true);
  public static final KernelProfile LINUX_6_1 = new KernelProfile("6.1", V6_1, V6_1, false);
  public static final KernelProfile LINUX_6_12 = new KernelProfile("6.12", V6_12, V6_12, false);
  public static final KernelProfile LINUX_7_3 = new KernelProfile("7.3", V7_3, V7_3, false);

  /** Oldest first. */
  public static final List<KernelProfile> ALL =
      List.of(ARM_4_10, ARM_4_12, LINUX_6_1, LINUX_6_12, LINUX_7_3);

  public static final KernelProfile DEFAULT = LINUX_7_3;

  public KernelProfile {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(behavesAs, "behavesAs");
  }

  /** The profile of that name. */
  public static Optional<KernelProfile> named(String name) {
    return ALL.stream().filter(p -> p.name.equals(name)).findFirst();
  }

  /** Whether this profile's own version differs from the one that its ordinary rules follow. */
  public boolean isHistoric() {
    return !version.equals(behavesAs);
  }

  @Override
  public String toString() {
    return name;
  }
}
