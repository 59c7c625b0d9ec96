package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.topology.edit.BoardModel;
import org.bufferyard.topology.edit.UnknownElement;
import org.bufferyard.topology.model.board.Topology;
import org.bufferyard.web.schema.ClassNames;
import org.bufferyard.web.schema.Shape;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;
import org.eclipse.emf.common.command.BasicCommandStack;
import org.eclipse.emf.common.command.Command;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * A board under edit, from one reading of its text to the next: model, keys and history. When a
 * package of the model comes or goes, the session ends and the text is read anew. One thread.
 */
final class EditSession {
  /** What a command did. */
  record Change(String label, List<String> created, JsonObject changed, JsonArray removed) {}

  private final BoardModel model;
  private final Topology root;
  private final Keys keys = new Keys();
  private final BasicCommandStack stack = new BasicCommandStack();
  private final ChangeCollector collector = new ChangeCollector();
  private final Map<String, UnknownElement> unknown = new LinkedHashMap<>();
  private final Map<EObject, Map<String, List<String>>> unknownChildren = new IdentityHashMap<>();
  private byte[] cleanText;

  /**
   * @param text that was read
   */
  EditSession(BoardModel model, byte[] text) {
    this.model = model;
    this.root = model.root().orElseThrow();
    this.cleanText = text;
    keys.enter(root);
    root.eAllContents().forEachRemaining(this::enterIfVisible);
    for (UnknownElement element : model.unknown()) {
      String key = keys.free(element.attributes().getOrDefault("id", ""));
      unknown.put(key, element);
      unknownChildren
          .computeIfAbsent(element.parent(), p -> new HashMap<>())
          .computeIfAbsent(element.feature(), f -> new ArrayList<>())
          .add(key);
    }
    root.eAdapters().add(collector);
  }

  private void enterIfVisible(EObject element) {
    if (isVisible(element)) {
      keys.enter(element);
    }
  }

  private static boolean isVisible(EObject element) {
    for (EObject e = element; e.eContainer() != null; e = e.eContainer()) {
      if (!Shape.isVisible(e.eContainmentFeature())) {
        return false;
      }
    }
    return true;
  }

  BoardModel model() {
    return model;
  }

  Keys keys() {
    return keys;
  }

  Topology root() {
    return root;
  }

  Optional<String> readOnly() {
    return model.readOnly();
  }

  /** Whether the model differs from the text that it was read from or saved as. */
  boolean isEdited() {
    return stack.isSaveNeeded();
  }

  /** The text as a save would write it now. The model is not touched. */
  byte[] text() {
    return isEdited() ? model.write(EcoreUtil.copy(root)) : cleanText;
  }

  /** The text that the model was read from or saved as. */
  byte[] cleanText() {
    return cleanText;
  }

  void saved(byte[] text) {
    cleanText = text;
    stack.saveIsDone();
  }

  /** Whether anything that it holds, the history included, is of a namespace, or wants it. */
  boolean uses(String nsUri) {
    return keys.know(nsUri) || model.uses(nsUri);
  }

  /** What its elements are called. */
  Map<EObject, String> called() {
    Map<EObject, String> called = new IdentityHashMap<>();
    called.put(root, rootKey());
    root.eAllContents()
        .forEachRemaining(e -> keys.of(e).ifPresent(key -> called.put(e, key)));
    return called;
  }

  String rootKey() {
    return keys.enter(root);
  }

  JsonObject elements(ClassNames names) {
    JsonObject elements = new JsonObject();
    ElementJson json = json(names);
    elements.add(rootKey(), json.of(root));
    root.eAllContents()
        .forEachRemaining(
            e -> {
              if (isVisible(e)) {
                elements.add(keys.enter(e), json.of(e));
              }
            });
    unknown.forEach((key, element) -> elements.add(key, json(element)));
    return elements;
  }

  private ElementJson json(ClassNames names) {
    return new ElementJson(
        keys,
        names,
        (element, feature) ->
            unknownChildren.getOrDefault(element, Map.of()).getOrDefault(feature, List.of()));
  }

  private JsonObject json(UnknownElement element) {
    JsonObject json = new JsonObject();
    Map<String, String> attributes = element.attributes();
    String name = attributes.getOrDefault("name", attributes.getOrDefault("id", element.type()));
    json.addProperty("label", name);
    json.addProperty("parent", keys.enter(element.parent()));
    json.addProperty("feature", element.feature());
    JsonObject attrs = new JsonObject();
    attributes.forEach(attrs::addProperty);
    json.add("attrs", attrs);
    json.add("refs", new JsonObject());
    json.add("children", new JsonObject());
    JsonObject what = new JsonObject();
    what.addProperty("type", element.type());
    what.addProperty("nsURI", element.nsUri());
    what.addProperty("bundle", element.bundle());
    json.add("unknown", what);
    return json;
  }

  /** What undo would take back. */
  Optional<String> undoLabel() {
    return stack.canUndo() ? Optional.of(stack.getUndoCommand().getLabel()) : Optional.empty();
  }

  Optional<String> redoLabel() {
    return stack.canRedo() ? Optional.of(stack.getRedoCommand().getLabel()) : Optional.empty();
  }

  /** Carries out a command, or nothing of it. */
  Change run(Message command, String client, ClassNames names, Operations.Parcels parcels) {
    readOnly()
        .ifPresent(
            why -> {
              throw Failure.refused("the board is read-only: " + why);
            });
    return switch (command.text("op")) {
      case "undo" -> turn(stack.getUndoCommand(), stack.canUndo(), "undo", command, client, names);
      case "redo" -> turn(stack.getRedoCommand(), stack.canRedo(), "redo", command, client, names);
      default -> edit(command, client, names, parcels);
    };
  }

  private Change turn(
      Command next, boolean can, String word, Message command, String client, ClassNames names) {
    if (!can) {
      throw Failure.refused("there is nothing to " + word);
    }
    if (next instanceof Edit edit && !edit.client().equals(client) && !command.flag("force")) {
      throw new Failure(
          Failure.Kind.NOT_YOURS,
          "\"" + edit.getLabel() + "\" was done on another page; " + word + " it all the same?");
    }
    if (word.equals("undo")) {
      stack.undo();
    } else {
      stack.redo();
    }
    return change(word + " " + next.getLabel(), List.of(), names);
  }

  private Change edit(
      Message command, String client, ClassNames names, Operations.Parcels parcels) {
    Operations operations = new Operations(root, keys, names, parcels);
    Edit edit = new Edit(root, client, () -> operations.run(command));
    try {
      edit.carryOut();
    } catch (RuntimeException e) {
      settle(collector.take());
      throw e;
    }
    edit.setLabel(operations.label());
    stack.execute(edit);
    List<String> created = operations.created().stream().map(keys::enter).toList();
    return change(operations.label(), created, names);
  }

  private Change change(String label, List<String> created, ClassNames names) {
    Set<EObject> present = Collections.newSetFromMap(new IdentityHashMap<>());
    ChangeCollector.Touched touched = collector.take();
    JsonArray removed = settle(touched);
    ElementJson json = json(names);
    JsonObject changed = new JsonObject();
    touched.changed().forEach(e -> addIfThere(e, present));
    for (EObject moved : touched.moved()) {
      addIfThere(moved, present);
      moved.eAllContents().forEachRemaining(e -> addIfThere(e, present));
    }
    present.forEach(e -> changed.add(keys.enter(e), json.of(e)));
    return new Change(label, created, changed, removed);
  }

  private void addIfThere(EObject element, Set<EObject> present) {
    if (EcoreUtil.isAncestor(root, element) && isVisible(element)) {
      present.add(element);
    }
  }

  /** Brings the keys up to date; returns those of elements that are gone. */
  private JsonArray settle(ChangeCollector.Touched touched) {
    JsonArray removed = new JsonArray();
    for (EObject moved : touched.moved()) {
      boolean there = EcoreUtil.isAncestor(root, moved);
      settle(moved, there, removed);
      moved.eAllContents().forEachRemaining(e -> settle(e, there, removed));
    }
    return removed;
  }

  private void settle(EObject element, boolean there, JsonArray removed) {
    if (there) {
      enterIfVisible(element);
    } else {
      keys.of(element)
          .filter(key -> keys.find(key).filter(e -> e == element).isPresent())
          .ifPresent(removed::add);
      keys.leave(element);
    }
  }

  /** A copy to be looked at elsewhere, and what its elements are called. */
  record Snapshot(Topology board, Map<EObject, String> keys) {}

  Snapshot snapshot() {
    EcoreUtil.Copier copier = new EcoreUtil.Copier();
    Topology copy = (Topology) copier.copy(root);
    copier.copyReferences();
    Map<EObject, String> called = new IdentityHashMap<>();
    copier.forEach((from, to) -> keys.of(from).ifPresent(key -> called.put(to, key)));
    return new Snapshot(copy, called);
  }
}
