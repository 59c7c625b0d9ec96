package org.bufferyard.topology.edit;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.platform.spec.PlatformSpec;
import org.eclipse.emf.ecore.EObject;

/**
 * What is to be said about a board.
 *
 * @param problems errors first
 * @param spec empty when there are errors
 */
public record Inspection(List<Found> problems, Optional<PlatformSpec> spec) {

  /**
   * Something wrong, for a person.
   *
   * @param element it is about; empty for the file as a whole
   * @param label how the element is called in messages; empty like it
   * @param line in the file, from 1; 0 when unknown
   * @param what is wrong, starting in lower case
   * @param remedy what to do; empty when it is obvious
   */
  public record Found(
      boolean isError,
      Optional<EObject> element,
      String label,
      int line,
      String what,
      String remedy) {
    public Found {
      Objects.requireNonNull(element, "element");
      Objects.requireNonNull(label, "label");
      Objects.requireNonNull(what, "what");
      Objects.requireNonNull(remedy, "remedy");
    }
  }

  public Inspection {
    problems = List.copyOf(problems);
    Objects.requireNonNull(spec, "spec");
  }
}
