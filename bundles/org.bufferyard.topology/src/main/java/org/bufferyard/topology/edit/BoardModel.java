package org.bufferyard.topology.edit;

import java.util.List;
import java.util.Optional;
import org.bufferyard.topology.model.board.Topology;
import org.osgi.annotation.versioning.ProviderType;

/** A board that was read, and keeps what was known when it was. For one thread at a time. */
@ProviderType
public interface BoardModel {
  /** Empty when no sense could be made of the text. */
  Optional<Topology> root();

  /** What reading, checking and compiling found, and the compiled board. */
  Inspection inspection();

  /** Why it may not be changed or saved, and which bundle it wants; empty when it may. */
  Optional<String> readOnly();

  /** Elements that no installed bundle explains, in file order. */
  List<UnknownElement> unknown();

  /** Whether the text names types of a namespace, or says that it wants it. */
  boolean uses(String nsUri);

  /**
   * The text of a board, which is this one or a copy, in no other resource than this one's. Packages
   * that left since it was read are named as they were then. Ids and requirements are brought up to
   * date in what is given.
   */
  byte[] write(Topology board);
}
