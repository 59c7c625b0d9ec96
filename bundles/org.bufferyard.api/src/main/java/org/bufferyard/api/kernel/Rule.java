package org.bufferyard.api.kernel;

import java.util.Objects;
import java.util.Optional;

/**
 * A rule of the specification, where the kernel implements it, and the releases it holds in.
 *
 * @param id the specification's number, such as {@code "C1"}
 * @param function the kernel function, such as {@code "dma_direct_get_sgtable"}
 * @param since first release it holds in; empty: always held
 * @param until first release it no longer holds in; empty: still holds
 */
public record Rule(
    String id,
    String function,
    Scope scope,
    Optional<KernelVersion> since,
    Optional<KernelVersion> until) {

  /** Which of a profile's two versions a rule's range is held against. */
  public enum Scope {
    ORDINARY,
    HISTORIC
  }

  public Rule {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(until, "until");
  }

  /** A rule that holds in every release. */
  public static Rule of(String id, String function) {
    return new Rule(id, function, Scope.ORDINARY, Optional.empty(), Optional.empty());
  }

  /** The same rule, from a release on. */
  public Rule since(int major, int minor) {
    return new Rule(id, function, scope, Optional.of(new KernelVersion(major, minor)), until);
  }

  /** The same rule, up to and without a release. */
  public Rule until(int major, int minor) {
    return new Rule(id, function, scope, since, Optional.of(new KernelVersion(major, minor)));
  }

  /** The same rule, held against a historic profile's own version. */
  public Rule historic() {
    return new Rule(id, function, Scope.HISTORIC, since, until);
  }

  public boolean holdsIn(KernelProfile kernel) {
    KernelVersion v = scope == Scope.HISTORIC ? kernel.version() : kernel.behavesAs();
    return since.map(s -> v.compareTo(s) >= 0).orElse(true)
        && until.map(u -> v.compareTo(u) < 0).orElse(true);
  }

  @Override
  public String toString() {
    return id + " " + function + "()";
  }
}
