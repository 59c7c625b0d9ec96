package org.bufferyard.web.document;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.web.schema.ClassNames;
import org.bufferyard.web.schema.Shape;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;
import org.eclipse.emf.common.util.ECollections;
import org.eclipse.emf.common.util.EList;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * The changes that the protocol knows, done to a model. Anything that is not legal throws before
 * or amid the change; whoever calls undoes what was done so far. One request, one thread.
 */
final class Operations {
  private final EObject root;
  private final Keys keys;
  private final ClassNames names;
  private final Parcels parcels;
  private final List<EObject> created = new ArrayList<>();
  private String label = "";

  /** Where copies come from. */
  @FunctionalInterface
  interface Parcels {
    /** Copies of elements of a document, ready to be put elsewhere; empty id: this document. */
    List<EObject> take(String document, List<String> elements);
  }

  Operations(EObject root, Keys keys, ClassNames names, Parcels parcels) {
    this.root = root;
    this.keys = keys;
    this.names = names;
    this.parcels = parcels;
  }

  List<EObject> created() {
    return List.copyOf(created);
  }

  /** What was done last, as in "set size of dram". */
  String label() {
    return label;
  }

  void run(Message command) {
    String op = command.text("op");
    label =
        switch (op) {
          case "set" -> set(command);
          case "create" -> create(command);
          case "delete" -> delete(command);
          case "move" -> move(command);
          case "connect" -> connect(command);
          case "disconnect" -> disconnect(command);
          case "copy" -> copy(command);
          case "batch" -> batch(command);
          default -> throw Failure.bad("there is no op '" + op + "'");
        };
  }

  private String batch(Message command) {
    List<Message> commands = command.messages("commands");
    if (commands.isEmpty()) {
      throw Failure.bad("'commands' is empty");
    }
    commands.forEach(this::run);
    String made =
        commands.size() == 1 ? label : label + " and " + (commands.size() - 1) + " more";
    return command.text("label", made);
  }

  private EObject find(String key) {
    if (key.startsWith("$")) {
      try {
        return created.get(Integer.parseInt(key.substring(1)));
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        throw Failure.bad("'" + key + "' names nothing that was created before");
      }
    }
    return keys.find(key)
        .orElseThrow(() -> Failure.notFound("there is no element '" + key + "' any more"));
  }

  static EStructuralFeature feature(EObject element, String name) {
    EStructuralFeature feature = element.eClass().getEStructuralFeature(name);
    if (feature == null || !Shape.isVisible(feature)) {
      throw Failure.refused(element.eClass().getName() + " has no '" + name + "'");
    }
    return feature;
  }

  // set

  private String set(Message command) {
    EObject element = find(command.text("element"));
    EStructuralFeature feature = feature(element, command.text("feature"));
    String before = Naming.label(element);
    set(element, feature, command.raw("value"));
    return (element.eIsSet(feature) ? "set " : "clear ") + feature.getName() + " of " + before;
  }

  private void set(EObject element, EStructuralFeature feature, JsonElement value) {
    if (Shape.isReadOnly(feature)) {
      throw Failure.refused("'" + feature.getName() + "' is not for changing");
    }
    if (value.isJsonNull()) {
      if (feature instanceof EReference reference && reference.isContainment()) {
        throw Failure.refused("delete what is in '" + feature.getName() + "' instead");
      }
      element.eUnset(feature);
      return;
    }
    switch (feature) {
      case EAttribute attribute when attribute.isMany() ->
          replace(element, attribute, each(value, v -> Values.parse(attribute, v)));
      case EAttribute attribute -> element.eSet(attribute, Values.parse(attribute, value));
      case EReference reference when reference.isContainment() ->
          throw Failure.refused("make, move or delete what is in '" + feature.getName() + "'");
      case EReference reference when reference.isMany() ->
          replace(element, reference, each(value, v -> target(reference, v)));
      case EReference reference -> element.eSet(reference, target(reference, value));
      default -> throw new IllegalStateException("no kind of feature: " + feature.getName());
    }
  }

  private static List<Object> each(
      JsonElement value, java.util.function.Function<JsonElement, Object> read) {
    if (!value.isJsonArray()) {
      throw Failure.bad("the value of a list is an array");
    }
    List<Object> values = new ArrayList<>();
    value.getAsJsonArray().forEach(v -> values.add(read.apply(v)));
    return values;
  }

  @SuppressWarnings("unchecked")
  static EList<Object> list(EObject element, EStructuralFeature feature) {
    return (EList<Object>) element.eGet(feature);
  }

  private static void replace(EObject element, EStructuralFeature feature, List<Object> values) {
    if (new HashSet<>(values).size() != values.size() && feature.isUnique()) {
      throw Failure.refused("'" + feature.getName() + "' names the same thing twice");
    }
    ECollections.setEList(list(element, feature), values);
  }

  private EObject target(EReference reference, JsonElement json) {
    if (!(json instanceof JsonPrimitive primitive)) {
      throw Failure.bad("the value of '" + reference.getName() + "' is no key");
    }
    EObject target = find(primitive.getAsString());
    if (!reference.getEReferenceType().isInstance(target)) {
      throw Failure.refused(
          reference.getName()
              + ": '"
              + Naming.label(target)
              + "' is no "
              + reference.getEReferenceType().getName());
    }
    return target;
  }

  // create

  private String create(Message command) {
    EObject parent = find(command.text("parent"));
    String name = command.text("class");
    EClass eClass =
        names
            .find(name)
            .orElseThrow(() -> Failure.refused("there is no type '" + name + "' now"));
    EReference into = Placement.containment(parent, command.text("feature"), eClass);
    if (eClass.isAbstract() || eClass.isInterface()) {
      throw Failure.refused(eClass.getName() + " is a kind of elements, no element");
    }
    EObject element = EcoreUtil.create(eClass);
    preset(element);
    attributes(element, command.message("attrs"));
    Placement.add(parent, into, element, command.whole("index", -1));
    Naming.complete(element, root);
    references(element, command.message("refs"));
    keys.enter(element);
    created.add(element);
    return "create " + Naming.label(element);
  }

  /** A device type of a bundle stands for some hardware: the first is as good a start as any. */
  private static void preset(EObject element) {
    EStructuralFeature model = element.eClass().getEStructuralFeature("model");
    List<String> models =
        java.util.Optional.ofNullable(
                EcoreUtil.getAnnotation(element.eClass(), "http://bufferyard.org/device", "models"))
            .map(text -> List.of(text.split(" ")))
            .orElse(List.of());
    if (model instanceof EAttribute && !models.isEmpty()) {
      element.eSet(model, models.getFirst());
    }
  }

  private void attributes(EObject element, Message values) {
    for (String name : values.names()) {
      EStructuralFeature feature = feature(element, name);
      if (!(feature instanceof EAttribute)) {
        throw Failure.bad("'" + name + "' in 'attrs' is no attribute");
      }
      set(element, feature, values.raw(name));
    }
  }

  private void references(EObject element, Message values) {
    for (String name : values.names()) {
      set(element, feature(element, name), values.raw(name));
    }
  }

  // delete

  private String delete(Message command) {
    List<EObject> elements = outermost(command.texts("elements"));
    String what = count(elements);
    elements.forEach(element -> Removal.of(element, root));
    return "delete " + what;
  }

  /** The elements named, without those inside others that are named too. */
  private List<EObject> outermost(List<String> named) {
    Map<EObject, Boolean> chosen = new LinkedHashMap<>();
    named.forEach(key -> chosen.put(find(key), true));
    if (chosen.isEmpty()) {
      throw Failure.bad("'elements' is empty");
    }
    if (chosen.containsKey(root)) {
      throw Failure.refused("the board itself stays where it is");
    }
    return chosen.keySet().stream().filter(e -> !isInside(e.eContainer(), chosen.keySet())).toList();
  }

  private static boolean isInside(EObject element, Set<EObject> chosen) {
    return element != null && (chosen.contains(element) || isInside(element.eContainer(), chosen));
  }

  private static String count(List<EObject> elements) {
    return elements.size() == 1
        ? Naming.label(elements.getFirst())
        : elements.size() + " elements";
  }

  // move

  private String move(Message command) {
    EObject parent = find(command.text("parent"));
    List<EObject> elements = outermost(command.texts("elements"));
    String feature = command.text("feature");
    long index = command.whole("index", -1);
    for (EObject element : elements) {
      if (EcoreUtil.isAncestor(element, parent)) {
        throw Failure.refused(Naming.label(element) + " does not go into itself");
      }
      EReference into = Placement.containment(parent, feature, element.eClass());
      if (Shape.isReadOnly(element.eContainmentFeature())) {
        throw Failure.refused(Naming.label(element) + " is not for changing");
      }
      EcoreUtil.remove(element);
      Placement.add(parent, into, element, index);
      index = index < 0 ? index : index + 1;
    }
    return "move " + count(elements) + " to " + Naming.label(parent);
  }

  // connect

  private String connect(Message command) {
    EObject source = find(command.text("source"));
    EObject target = find(command.text("target"));
    Shape.Edge edge = Placement.edge(source, target, command.text("feature", ""));
    if (edge.via().isPresent()) {
      EObject link = EcoreUtil.create(edge.feature().getEReferenceType());
      link.eSet(edge.via().get(), target);
      Placement.add(source, edge.feature(), link, -1);
      keys.enter(link);
      created.add(link);
    } else if (edge.feature().isMany()) {
      if (!list(source, edge.feature()).add(target)) {
        throw Failure.refused("they are connected already");
      }
    } else {
      source.eSet(edge.feature(), target);
    }
    return "connect " + Naming.label(source) + " to " + Naming.label(target);
  }

  private String disconnect(Message command) {
    EObject source = find(command.text("source"));
    EObject target = find(command.text("target"));
    Shape.Edge edge = Placement.edge(source, target, command.text("feature"));
    Object value = source.eGet(edge.feature());
    List<?> held = value instanceof List<?> many ? List.copyOf(many) : value == null ? List.of() : List.of(value);
    List<?> cut =
        held.stream()
            .filter(v -> edge.via().map(via -> ((EObject) v).eGet(via)).orElse(v) == target)
            .toList();
    if (cut.isEmpty()) {
      throw Failure.refused("they are not connected so");
    }
    for (Object one : cut) {
      if (edge.via().isPresent()) {
        Removal.of((EObject) one, root);
      } else if (edge.feature().isMany()) {
        list(source, edge.feature()).remove(one);
      } else {
        source.eUnset(edge.feature());
      }
    }
    return "disconnect " + Naming.label(source) + " from " + Naming.label(target);
  }

  // copy

  private String copy(Message command) {
    EObject parent = find(command.text("parent"));
    List<EObject> copies =
        parcels.take(command.text("from", ""), command.texts("elements"));
    for (EObject copy : copies) {
      EReference into =
          command.has("feature")
              ? Placement.containment(parent, command.text("feature"), copy.eClass())
              : Shape.containments(parent.eClass()).stream()
                  .filter(r -> r.getEReferenceType().isInstance(copy))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          Failure.refused(
                              "no "
                                  + copy.eClass().getName()
                                  + " goes into "
                                  + Naming.label(parent)));
      Placement.add(parent, into, copy, -1);
      rename(copy);
      Naming.complete(copy, root);
      keys.enter(copy);
      created.add(copy);
    }
    return "copy " + count(copies) + " to " + Naming.label(parent);
  }

  private static void rename(EObject copy) {
    EStructuralFeature name = copy.eClass().getEStructuralFeature("name");
    if (name instanceof EAttribute && copy.eClass().getEIDAttribute() != null) {
      Naming.name(copy).ifPresent(n -> copy.eSet(name, Naming.freeName(copy, n)));
    }
  }
}
