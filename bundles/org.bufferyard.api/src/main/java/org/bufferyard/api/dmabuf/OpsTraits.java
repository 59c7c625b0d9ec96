package org.bufferyard.api.dmabuf;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What the dma-buf core must know of a set of ops.
 *
 * @param name exp_name
 * @param cacheSgtMapping the core caches the table per attachment (until 7.x, F4)
 * @param members the members of {@code struct dma_buf_ops} that are set; the core calls no other
 *     one, whatever the Java object would answer
 */
public record OpsTraits(String name, boolean cacheSgtMapping, Set<Member> members) {

  /** A member of {@code struct dma_buf_ops}, or of the export info beside it. */
  public enum Member {
    /** exp_info.priv, the exporter's own data. */
    PRIV,
    ATTACH,
    DETACH,
    PIN,
    UNPIN,
    MAP,
    UNMAP,
    RELEASE,
    BEGIN_CPU_ACCESS,
    END_CPU_ACCESS,
    MMAP,
    VMAP,
    VUNMAP
  }

  /** Copies. */
  public OpsTraits {
    Objects.requireNonNull(name, "name");
    members =
        members.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(members));
  }

  /**
   * Every member is set, pin and unpin only when {@code dynamic}.
   *
   * @param dynamic has pin and unpin (F1)
   */
  public OpsTraits(String name, boolean dynamic, boolean cacheSgtMapping) {
    this(
        name,
        cacheSgtMapping,
        dynamic
            ? EnumSet.allOf(Member.class)
            : EnumSet.complementOf(EnumSet.of(Member.PIN, Member.UNPIN)));
  }

  /** Whether that member is set. */
  public boolean has(Member member) {
    return members.contains(member);
  }

  /** dma_buf_is_dynamic(): has pin. */
  public boolean dynamic() {
    return has(Member.PIN);
  }

  /** These ops with one member left out. */
  public OpsTraits without(Member member) {
    Set<Member> rest = EnumSet.noneOf(Member.class);
    rest.addAll(members);
    rest.remove(member);
    return new OpsTraits(name, cacheSgtMapping, rest);
  }
}
