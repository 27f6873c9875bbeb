"""One training step, many times, inside the runtime: what DeferredSession runs its queue with.

A step is a set of operations to run and the tensors to feed, all shapes known. `obstacle` says
whether it can be repeated in a loop at all. `ExactLoop` repeats the very graph that tf.Session runs
for the step, after TensorFlow's own optimizer, kernel by kernel: the same bits. `CompiledLoop`
hands the step to XLA: faster, and equal to about 1e-6.

Both live in a graph and a session of their own, so that nothing of them shows in the learner's
graph. They take the variables' values before a batch of steps and give them back after it.
"""

import collections
import contextlib

import numpy as np

from common import compiled_code
from common.graph_mode import COMPILED_LOOPS, tf

Variable = collections.namedtuple("Variable", "handle read assign value")
Variable.__doc__ = """How to reach one variable from outside its graph.

handle: the VarHandleOp. read: a tensor of its value. assign, value: an operation that assigns, and
the tensor to feed it with.
"""

# Stateful operations whose only state is a variable's value: reading and writing it.
_READING = {
    "ReadVariableOp",
    "VarIsInitializedOp",
    "VariableShape",
    "ResourceGather",
    "ResourceGatherNd",
}
_WRITING = ("Assign", "ResourceApply", "ResourceSparseApply", "ResourceScatter")
_CONTROL_FLOW = {"Enter", "Exit", "LoopCond", "Merge", "NextIteration", "Switch"}
# XLA leaves these out: a step that has them is not compiled.
_CHECKS = {"Assert", "CheckNumerics", "CheckNumericsV2"}
_SHAPES = {"Shape", "ShapeN", "Size", "Rank"}


class Unloopable(Exception):
    """This step cannot be put in a loop; the message says why."""


# What a step consists of ---------------------------------------------------------------------


def operations(targets, fed):
    """The operations that a run of `targets` executes, inputs first.

    fed: the references of the tensors that are fed; what comes before them is not executed.
    """
    found, order = set(), []
    stack = [(op, False) for op in targets]
    while stack:
        op, inputs_done = stack.pop()
        if inputs_done:
            order.append(op)
        elif op not in found:
            found.add(op)
            stack.append((op, True))
            stack += [(each, False) for each in op.control_inputs]
            stack += [(tensor.op, False) for tensor in op.inputs if tensor.ref() not in fed]
    return order


def obstacle(targets, feeds):
    """Why a step cannot be put in a loop, in a few words; "" where it can.

    targets: operations. feeds: tensors. A loop must have all its state in resource variables, and
    must not leave the order of two uses of a variable open, one of which writes: tf.Session settles
    it one way, and the loop might settle it the other way.
    """
    steps = operations(targets, {tensor.ref() for tensor in feeds})
    for op in steps:
        problem = _problem(op)
        if problem:
            return f"{op.name} ({op.type}) {problem}"
    return _open_order([(op.name, op.type, _sources(op)) for op in steps])


def _sources(op):
    return [source.name for source in op.control_inputs] + [t.op.name for t in op.inputs]


def _problem(op):
    definition = op.op_def
    if op.type in _CONTROL_FLOW:
        return "is control flow"
    if op.type == "Placeholder":
        return "is not fed"
    if any(
        attribute.HasField("func") or attribute.list.func for attribute in op.node_def.attr.values()
    ):
        return "calls a function"
    if any(output.is_ref for output in definition.output_arg):
        return "is a reference variable"
    on_variables = op.type in _READING | {"VarHandleOp"} or op.type.startswith(_WRITING)
    if definition.is_stateful and not on_variables and op.type not in _CHECKS:
        return "has a state of its own"
    for tensor in op.inputs:
        if tensor.dtype == tf.resource and tensor.op.type != "VarHandleOp":
            return "uses a resource that is no variable"
    return ""


def _open_order(nodes):
    """Which two uses of a variable, one of them a write, have no order; "" where all have.

    nodes: for each operation its name, its type and the names of those it waits for, in order.
    """
    variables_ = {name for name, kind, _ in nodes if kind == "VarHandleOp"}
    kinds = {name: kind for name, kind, _ in nodes}
    uses = collections.defaultdict(list)
    for name, _, sources in nodes:
        for source in sources:
            if source in variables_:
                uses[source].append(name)
    marks = {}  # one bit for each use
    for users in uses.values():
        for user in users:
            marks.setdefault(user, 1 << len(marks))
    before = {}  # the uses that come before an operation, as bits
    for name, _, sources in nodes:
        before[name] = 0
        for source in sources:
            before[name] |= before.get(source, 0) | marks.get(source, 0)
    for variable, users in uses.items():
        for k, one in enumerate(users):
            for other in users[:k]:
                writes = kinds[one] not in _READING or kinds[other] not in _READING
                ordered = before[one] & marks[other] or before[other] & marks[one]
                if writes and not ordered and one != other:
                    return f"{one} and {other} use {variable} in no fixed order"
    return ""


def compilable(targets, feeds):
    """Whether XLA keeps the step's promise: it leaves out checks, which could then not fail."""
    steps = operations(targets, {tensor.ref() for tensor in feeds})
    return not any(op.type in _CHECKS for op in steps)


def variables(targets, feeds):
    """The Variables of a step; Unloopable where one cannot be read or assigned from outside."""
    found = []
    for op in operations(targets, {tensor.ref() for tensor in feeds}):
        if op.type == "VarHandleOp":
            users = [user for user in op.outputs[0].consumers() if not user.control_inputs]
            reads = [user for user in users if user.type == "ReadVariableOp"]
            assigns = [user for user in users if user.type == "AssignVariableOp"]
            if not reads or not assigns:
                raise Unloopable(f"{op.name} cannot be read and assigned from outside")
            found.append(Variable(op, reads[0].outputs[0], assigns[0], assigns[0].inputs[1]))
    return found


# The exact loop's body: the step as tf.Session runs it --------------------------------------------


def executed_graph(run, feeds, shapes):
    """The GraphDef that tf.Session executes for a step, its feeds Placeholders of known shape.

    run: runs the step once, with the RunOptions and RunMetadata that it is called with. The nodes
    of the feeds are called feed_0, feed_1, … Raises Unloopable where it runs on several devices.
    """
    metadata = tf.RunMetadata()
    run(tf.RunOptions(output_partition_graphs=True), metadata)
    if len(metadata.partition_graphs) != 1:
        raise Unloopable("the step runs on several devices")
    (graph_def,) = metadata.partition_graphs
    names = {}
    for node in graph_def.node:
        names[node.name] = node.name.lstrip("_")
        if node.op == "_Arg":
            names[node.name] = _become_placeholder(node, feeds, shapes)
    for node in graph_def.node:
        node.name = names[node.name]
        node.device = ""
        node.attr.pop("_class", None)
        node.input[:] = [_renamed(source, names) for source in node.input]
    return graph_def


def _become_placeholder(node, feeds, shapes):
    """Make the argument node a Placeholder; returns its new name."""
    index, dtype = node.attr["index"].i, node.attr["T"].type
    for k, (tensor, shape) in enumerate(zip(feeds, shapes)):
        if node.name == f"_arg_{tensor.op.name}_{tensor.value_index}_{index}":
            node.op = "Placeholder"
            node.attr.clear()
            node.attr["dtype"].type = dtype
            node.attr["shape"].shape.CopyFrom(tf.TensorShape(shape).as_proto())
            return f"feed_{k}"
    raise Unloopable(f"{node.name} is none of the feeds")


def _split(source):
    """("^" or "", node, ":1" or "") of an input's name in a GraphDef."""
    control = "^" if source.startswith("^") else ""
    name, colon, index = source[len(control) :].partition(":")
    return control, name, colon + index


def _renamed(source, names):
    control, name, index = _split(source)
    return control + names[name] + index


def fold_shapes(graph_def, targets):
    """Replace what depends on shapes alone by its value, and drop what changes nothing.

    The values are computed by TensorFlow's own kernels, so the bits stay: most of a small step's
    operations only work out the shapes of gradients, which the loop need not do again and again.
    """
    graph = tf.Graph()
    with graph.as_default():
        tf.graph_util.import_graph_def(graph_def, name="")
    steps = operations([graph.get_operation_by_name(target.name) for target in targets], ())
    constant = _constants(steps)
    values = _evaluate(graph_def, steps, constant)
    folded = tf.GraphDef(versions=graph_def.versions)
    same_as = {}  # tensors that an operation hands on unchanged: what stands for them
    nodes = {node.name: node for node in graph_def.node}
    for op in steps:
        if op in constant:
            continue
        inputs = [same_as.get(t.name) or _operand(t, constant, values, folded) for t in op.inputs]
        if _changes_nothing(op, values):
            same_as[op.outputs[0].name] = inputs[0]
            continue
        node = folded.node.add()
        node.CopyFrom(nodes[op.name])
        controls = [c for c in op.control_inputs if c not in constant]
        node.input[:] = inputs + ["^" + _control(c, same_as) for c in controls]
    order = [(n.name, n.op, [_split(source)[1] for source in n.input]) for n in folded.node]
    # an operation may have waited for another only to learn a shape
    return graph_def if _open_order(order) else folded


def _constants(steps):
    """Those of the operations whose outputs depend neither on what is fed nor on variables.

    A constant that waits for an operation is none: what uses it may rely on that order.
    """
    constant = set()
    for op in steps:
        if op.type in _SHAPES:
            known = all(tensor.shape.is_fully_defined() for tensor in op.inputs)
        else:
            known = all(tensor.op in constant for tensor in op.inputs)
            known = known and (op.type == "Const" or bool(op.inputs))
        if known and not op.op_def.is_stateful and all(c in constant for c in op.control_inputs):
            constant.add(op)
    return constant


def _evaluate(graph_def, steps, constant):
    """{tensor name: value} of the constant operations' outputs."""
    nodes = {node.name: node for node in graph_def.node}
    values, rest, wanted = {}, tf.GraphDef(versions=graph_def.versions), []
    for op in steps:
        if op in constant and op.type in _SHAPES:
            for tensor, measured in zip(op.outputs, op.inputs):
                values[tensor.name] = _shape_value(op, tensor, measured)
        elif op in constant:
            node = rest.node.add()
            node.CopyFrom(nodes[op.name])
            node.input[:] = [source for source in node.input if not source.startswith("^")]
            wanted += [tensor.name for tensor in op.outputs]
    if not wanted:
        return values
    with tf.Graph().as_default():
        shapes = {name: tf.constant(value) for name, value in values.items()}
        tensors = _import(rest, shapes, wanted)
        with tf.Session(config=_unoptimized(tf.ConfigProto())) as sess:
            values.update(zip(wanted, sess.run(tensors)))
    return values


def _import(graph_def, inputs, wanted):
    """Import `graph_def`; the tensors {name: tensor} of `inputs` stand for those it lacks."""
    used = {_tensor_name(source) for node in graph_def.node for source in node.input}
    return tf.graph_util.import_graph_def(
        graph_def,
        input_map={name: tensor for name, tensor in inputs.items() if name in used},
        return_elements=wanted,
        name="step",
    )


def _tensor_name(source):
    _, name, index = _split(source)
    return name + (index or ":0")


def _shape_value(op, tensor, measured):
    shape = measured.shape.as_list()
    value = {"Size": int(np.prod(shape)), "Rank": len(shape)}.get(op.type, shape)
    return np.array(value, tensor.dtype.as_numpy_dtype)


def _operand(tensor, constant, values, folded):
    """The name that stands for `tensor` in the folded graph; adds a Const for a value."""
    if tensor.op not in constant:
        return tensor.name if tensor.value_index else tensor.op.name
    name = "value/" + tensor.name.replace(":", "_")
    if all(node.name != name for node in folded.node):
        node = folded.node.add(name=name, op="Const")
        node.attr["dtype"].type = tensor.dtype.as_datatype_enum
        value = np.asarray(values[tensor.name])
        node.attr["value"].tensor.CopyFrom(
            tf.make_tensor_proto(value, dtype=tensor.dtype, shape=value.shape)
        )
    return name


def _changes_nothing(op, values):
    """Whether `op` hands its first input on as it is: same shape, no reduction, no order."""
    if op.type not in ("Identity", "Reshape", "Sum") or op.control_inputs:
        return False
    before, after = op.inputs[0].shape, op.outputs[0].shape
    if not before.is_fully_defined() or before.as_list() != after.as_list():
        return False
    return op.type != "Sum" or np.size(values.get(op.inputs[1].name, 0)) == 0


def _control(op, same_as):
    """The node that an order of execution can name for `op`."""
    return _split(same_as.get(op.name + ":0", op.name))[1]


# The loops -------------------------------------------------------------------------------------


def exact_loop(run, targets, feeds, shapes, config):
    """A Loop with the bits of tf.Session.

    run: runs the step once in the learner's session, as `executed_graph` wants it. targets:
    operations. feeds, shapes: the fed tensors and their values' shapes. config: the session's.
    """
    found = variables(targets, feeds)
    body = fold_shapes(executed_graph(run, feeds, shapes), targets)
    names = [f"feed_{k}:0" for k in range(len(feeds))]
    config = _unoptimized(config)
    config.experimental.executor_type = "SINGLE_THREADED_EXECUTOR"
    return Loop(body, targets, list(zip(names, feeds, shapes)), found, config)


def compiled_loop(targets, feeds, shapes, capacity, config):
    """A Loop compiled by XLA for stacks of `capacity` slices. Arguments as for `exact_loop`."""
    compiled_code.check(COMPILED_LOOPS)
    found = variables(targets, feeds)
    steps = operations(targets, {tensor.ref() for tensor in feeds})
    body = tf.GraphDef(
        versions=targets[0].graph.as_graph_def().versions, node=[op.node_def for op in steps]
    )
    fed = [(tensor.name, tensor, shape) for tensor, shape in zip(feeds, shapes)]
    return Loop(body, targets, fed, found, _unoptimized(config), capacity)


def _unoptimized(base):
    """`base` for a private session: the graph that it is given is the graph it runs."""
    config = tf.ConfigProto()
    config.CopyFrom(base)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config


class Loop:
    """A private graph and session that run a step many times.

    body: a GraphDef of the step. fed: for each feed its tensor's name in the body, the fed tensor
    and a value's shape. found: the step's Variables. capacity: of the stacks, where XLA compiles
    the loop; None where it does not.
    """

    def __init__(self, body, targets, fed, found, config, capacity=None):
        handles = {node.name for node in body.node if node.op == "VarHandleOp"}
        found = [variable for variable in found if variable.handle.name in handles]
        self._variables = found
        self._rounds = _rounds(found)
        outside = {_split(name)[1] for name, _, _ in fed} | {each.handle.name for each in found}
        outside |= {node.name for node in body.node if node.op == "Const" and not node.input}
        step = _without_places((n for n in body.node if n.name not in outside), outside)
        given = (n for n in body.node if n.name in outside and n.op != "Placeholder")
        given = _without_places(given, outside)
        with tf.Graph().as_default() as graph:
            self._count = tf.placeholder(tf.int32, ())
            self._stacks = [
                tf.placeholder(tensor.dtype, (capacity, *shape)) for _, tensor, shape in fed
            ]
            names = [node.name + ":0" for node in given.node]
            given = dict(zip(names, tf.graph_util.import_graph_def(given, None, names, name="")))
            repeat = _repeat(step, targets, [name for name, _, _ in fed])
            if capacity:
                repeat = tf.function(repeat, autograph=False, jit_compile=True)
            resources = [given[each.handle.name + ":0"] for each in found]
            self._values = [tf.placeholder(each.read.dtype) for each in found]
            assigned = [
                tf.raw_ops.AssignVariableOp(resource=resource, value=value)
                for resource, value in zip(resources, self._values)
            ]
            with tf.control_dependencies(assigned), _functional_control_flow():
                done = repeat(self._count, self._stacks, given)
            with tf.control_dependencies([done]):
                self._results = [
                    tf.raw_ops.ReadVariableOp(resource=resource, dtype=each.read.dtype)
                    for resource, each in zip(resources, found)
                ] or [done]
        self._session = tf.Session(graph=graph, config=config)

    def run(self, run, stacks, count):
        """Run the step `count` times, on the slices of `stacks`.

        run: runs fetches and feeds in the learner's session, whose variables are taken before and
        given back after the steps. Raises what a step raises; the variables are as before then.
        """
        feed = dict(zip(self._values, run([each.read for each in self._variables])))
        feed.update(zip(self._stacks, stacks))
        feed[self._count] = count
        results = dict(zip(self._variables, self._session.run(self._results, feed)))
        for group in self._rounds:
            run([each.assign for each in group], {each.value: results[each] for each in group})

    def close(self):
        self._session.close()


@contextlib.contextmanager
def _functional_control_flow():
    """Loops as one operation with a function for its body, which the fast executor can run."""
    if tf.control_flow_v2_enabled():
        yield
        return
    tf.enable_control_flow_v2()
    try:
        yield
    finally:
        tf.disable_control_flow_v2()


def _rounds(found):
    """The variables in groups in which no two are assigned through the same tensor."""
    rounds = []
    for variable in found:
        for group in rounds:
            if all(variable.value is not other.value for other in group):
                group.append(variable)
                break
        else:
            rounds.append([variable])
    return rounds


def _without_places(nodes, always_there):
    """A GraphDef of the nodes, without devices, colocation and waiting for what is always there."""
    graph_def = tf.GraphDef(versions=tf.Graph().as_graph_def().versions)
    for each in nodes:
        node = graph_def.node.add()
        node.CopyFrom(each)
        node.device = ""
        node.attr.pop("_class", None)
        node.input[:] = [
            source
            for source in node.input
            if not (source.startswith("^") and source[1:] in always_there)
        ]
    return graph_def


def _repeat(step, targets, names):
    """A function (count, stacks, given) that runs the GraphDef `step` count times, in order.

    names: of the tensors in the step that slices of the stacks stand in for. given: {name: tensor}
    of the variables and constants outside.
    """

    def repeat(count, stacks, given):
        def body(i):
            inputs = {name: tf.gather(stack, i) for name, stack in zip(names, stacks)}
            # a tensor of outside must be captured into the body's own graph to be mapped
            inner = tf.get_default_graph()
            inputs.update({name: inner.capture(tensor) for name, tensor in given.items()})
            ops = _import(step, inputs, [target.name for target in targets])
            with tf.control_dependencies(ops):  # the next turn waits for this one
                return i + 1

        return tf.while_loop(lambda i: i < count, body, [0], parallel_iterations=1)

    return repeat
