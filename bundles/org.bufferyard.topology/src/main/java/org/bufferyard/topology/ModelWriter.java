package org.bufferyard.topology;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Requirement;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.xmi.XMLResource;
import org.osgi.framework.Version;

/**
 * Writes boards: one element a line, references by id, the same bytes for the same board. Elements
 * without an id get one from their path of names, and {@code requires} is brought up to date.
 */
final class ModelWriter {
  private static final Map<String, Object> OPTIONS =
      Map.of(
          XMLResource.OPTION_ENCODING, "UTF-8",
          XMLResource.OPTION_LINE_DELIMITER, "\n",
          XMLResource.OPTION_LINE_WIDTH, Integer.MAX_VALUE);

  private final Function<String, Optional<Origin>> origins;

  ModelWriter(ModelPackages packages) {
    this(nsUri -> packages.find(nsUri).map(ModelPackages.Entry::origin));
  }

  /**
   * @param origins who brings a namespace
   */
  ModelWriter(Function<String, Optional<Origin>> origins) {
    this.origins = origins;
  }

  /** The text of a board that stands in a resource. */
  byte[] write(Topology board) {
    identify(board);
    require(board);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      board.eResource().save(out, OPTIONS);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /** Ids are given once and then stay, whatever is renamed. */
  static void identify(Topology board) {
    Set<String> taken = new HashSet<>();
    if (board.getId() == null || board.getId().isBlank()) {
      board.setId("board");
    }
    taken.add(board.getId());
    board.eAllContents().forEachRemaining(e -> taken.add(Elements.id(e)));
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof Component component && Elements.id(component).isEmpty()) {
                component.setId(free(Elements.path(component), taken));
              }
            });
  }

  private static String free(String wanted, Set<String> taken) {
    String id = wanted;
    for (int n = 2; !taken.add(id); n++) {
      id = wanted + "-" + n;
    }
    return id;
  }

  private void require(Topology board) {
    Set<String> used = new TreeSet<>();
    board.eAllContents().forEachRemaining(e -> used.add(namespace(e)));
    used.remove(namespace(board));
    List<Requirement> wanted = used.stream().map(this::requirement).toList();
    if (!same(wanted, board.getRequires())) {
      board.getRequires().clear();
      board.getRequires().addAll(wanted);
    }
  }

  private static String namespace(EObject element) {
    return element.eClass().getEPackage().getNsURI();
  }

  private Requirement requirement(String nsUri) {
    Requirement requirement = BoardFactory.eINSTANCE.createRequirement();
    requirement.setNsURI(nsUri);
    Optional<Origin> origin = origins.apply(nsUri);
    origin.ifPresent(
        o -> {
          Version version = Version.parseVersion(o.version());
          requirement.setBundle(o.bundle());
          // Without the qualifier: a snapshot writes what its release writes.
          requirement.setVersion(
              version.getMajor() + "." + version.getMinor() + "." + version.getMicro());
        });
    return requirement;
  }

  private static boolean same(List<Requirement> a, List<Requirement> b) {
    return a.stream()
        .map(ModelWriter::text)
        .toList()
        .equals(b.stream().map(ModelWriter::text).toList());
  }

  private static String text(Requirement r) {
    return r.getNsURI() + " " + r.getBundle() + " " + r.getVersion();
  }
}
