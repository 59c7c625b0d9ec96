package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.topology.edit.BoardModel;
import org.bufferyard.topology.edit.Inspection;
import org.bufferyard.topology.edit.UnknownElement;
import org.bufferyard.topology.model.board.Topology;

/** A board under edit: its first reading, and the packages as they were then. One thread. */
final class EditableBoard implements BoardModel {
  private final BoardReading reading;
  private final Map<String, Origin> origins;
  private final List<UnknownElement> unknown;

  EditableBoard(byte[] text, BoardReading reading, Map<String, Origin> origins) {
    this.reading = reading;
    this.origins = Map.copyOf(origins);
    this.unknown = UnknownContent.of(text, reading.reading());
  }

  @Override
  public Optional<Topology> root() {
    return reading.reading().root();
  }

  @Override
  public Inspection inspection() {
    List<Inspection.Found> found = new ArrayList<>();
    for (boolean errors : new boolean[] {true, false}) {
      located().filter(f -> f.isError() == errors).forEach(found::add);
    }
    return new Inspection(found, reading.spec());
  }

  private Stream<Inspection.Found> located() {
    return Stream.concat(
        reading.reading().problems().stream().map(p -> ModelDesk.found(p, Optional.empty())),
        reading.checked().stream().map(ModelDesk::found));
  }

  @Override
  public Optional<String> readOnly() {
    return reading.readOnly();
  }

  @Override
  public List<UnknownElement> unknown() {
    return unknown;
  }

  @Override
  public boolean uses(String nsUri) {
    return reading.reading().packages().uses(nsUri);
  }

  @Override
  public byte[] write(Topology board) {
    if (board.eResource() == null) {
      new ModelResource(reading.reading().resource().getURI().toString()).getContents().add(board);
    }
    return new ModelWriter(nsUri -> Optional.ofNullable(origins.get(nsUri))).write(board);
  }
}
